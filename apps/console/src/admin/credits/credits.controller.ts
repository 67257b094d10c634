import { Body, Controller, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { creditBody, creditResult, type CreditBody } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminCreditsService } from './credits.service.js';

@Controller('api/admin/accounts/:id/credits')
@Access('admin')
export class AdminCreditsController {
  constructor(private readonly service: AdminCreditsService) {}

  @Post()
  @Answers(creditResult, 201)
  grant(
    @Acting() actor: Actor,
    @Param('id', { schema: z.uuid() }) account: string,
    @Body({ schema: creditBody }) body: CreditBody,
  ): Promise<z.infer<typeof creditResult>> {
    return this.service.grant(actor, account, body);
  }
}
