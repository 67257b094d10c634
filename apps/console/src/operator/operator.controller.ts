import { Controller, Get, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Access, Caller, ClientIp, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { generationId } from '../requests/generation-id.js';
import { inflightPage, killResult, OperatorService, systemHealth } from './operator.service.js';

@Controller('api/operator')
@Access('operator')
export class OperatorController {
  constructor(private readonly service: OperatorService) {}

  @Get('inflight')
  @Answers(inflightPage)
  inflight(): Promise<z.infer<typeof inflightPage>> {
    return this.service.inflight();
  }

  @Post('requests/:generation_id/kill')
  @Answers(killResult, 202)
  kill(
    @Caller() caller: Identity,
    @ClientIp() ip: string,
    @Param('generation_id', { schema: generationId }) id: string,
  ): Promise<z.infer<typeof killResult>> {
    return this.service.kill(caller, ip, id);
  }

  @Get('health')
  @Answers(systemHealth)
  health(): Promise<z.infer<typeof systemHealth>> {
    return this.service.health();
  }
}
