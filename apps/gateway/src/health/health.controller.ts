import { Controller, Get, HttpCode, Inject, Res } from '@nestjs/common';
import { readReadiness } from '@weir/platform';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { Gateway } from '../app/gateway.js';
import { GATEWAY_POOL } from '../app/tokens.js';

/** `/healthz`: the process lives. `/readyz`: it can serve; says what is missing. */
@Controller()
export class HealthController {
  constructor(
    private readonly gateway: Gateway,
    @Inject(GATEWAY_POOL) private readonly pool: pg.Pool,
  ) {}

  @Get('healthz')
  @HttpCode(200)
  alive(): { status: string } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const readiness = await readReadiness([
      { name: 'database', check: () => this.pool.query('SELECT 1') },
      { name: 'money path', check: () => this.gateway.serving },
    ]);
    await reply.status(readiness.ready ? 200 : 503).send(readiness);
  }
}
