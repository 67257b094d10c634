import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { readReadiness, type Readiness } from '@weir/platform';
import { Access } from '../http/access.js';
import { Database } from '../database/database.js';

/** Alive, and able to serve. Both say nothing about the installation to strangers but what is missing. */
@ApiExcludeController()
@Controller()
@Access('public')
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await readReadiness([
      { name: 'database', check: () => this.database.one('SELECT seq FROM config_version') },
    ]);
    void reply.code(readiness.ready ? 200 : 503);
    return readiness;
  }
}
