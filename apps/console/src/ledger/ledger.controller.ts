import { Controller, Get, Query } from '@nestjs/common';
import type { z } from 'zod';
import { ledgerPage, ledgerQuery, type LedgerEntry, type Page } from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { LedgerService } from './ledger.service.js';

@Controller('api/ledger')
@Access('user')
export class LedgerController {
  constructor(private readonly service: LedgerService) {}

  @Get()
  @Answers(ledgerPage)
  list(
    @Caller() caller: Identity,
    @Query({ schema: ledgerQuery }) query: z.infer<typeof ledgerQuery>,
  ): Promise<Page<LedgerEntry>> {
    return this.service.list(caller, query);
  }
}
