import { Body, Controller, Get, Post } from '@nestjs/common';
import { alertSettings, budgetView, type AlertSettings, type BudgetView } from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { BudgetService } from './budget.service.js';

/** Paths fixed by name (decisions §1). */
@Controller('user')
@Access('user')
export class BudgetController {
  constructor(private readonly service: BudgetService) {}

  @Get('api/budget')
  @Answers(budgetView)
  get(@Caller() caller: Identity): Promise<BudgetView> {
    return this.service.get(caller);
  }

  @Get('alerts')
  @Answers(alertSettings)
  alerts(@Caller() caller: Identity): Promise<AlertSettings> {
    return this.service.alerts(caller);
  }

  @Post('alerts')
  @Answers(alertSettings)
  saveAlerts(
    @Caller() caller: Identity,
    @Body({ schema: alertSettings }) body: AlertSettings,
  ): Promise<AlertSettings> {
    return this.service.saveAlerts(caller, body);
  }
}
