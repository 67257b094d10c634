import { Controller, Get } from '@nestjs/common';
import { balanceView, type BalanceView } from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { BalanceService } from './balance.service.js';

@Controller('api/balance')
@Access('user')
export class BalanceController {
  constructor(private readonly service: BalanceService) {}

  @Get()
  @Answers(balanceView)
  get(@Caller() caller: Identity): Promise<BalanceView> {
    return this.service.get(caller);
  }
}
