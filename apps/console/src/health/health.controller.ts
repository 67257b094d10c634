import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
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
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: string; missing: string[] }> {
    try {
      await this.database.one('SELECT seq FROM config_version');
      return { status: 'ok', missing: [] };
    } catch {
      // Whatever it is, the sentence is the same: PostgreSQL does not answer as it should.
      void reply.code(503);
      return { status: 'unavailable', missing: ['database'] };
    }
  }
}
