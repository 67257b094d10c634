import { Injectable } from '@nestjs/common';
import type { AlertSettings, BudgetView } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { toAlertSettings } from './budget.mapper.js';
import { BudgetRepository } from './budget.repository.js';

@Injectable()
export class BudgetService {
  constructor(private readonly repository: BudgetRepository) {}

  async get(caller: Identity): Promise<BudgetView> {
    const budget = await this.repository.budget(caller.accountId);
    if (!budget) throw notFound('account');
    return budget;
  }

  async alerts(caller: Identity): Promise<AlertSettings> {
    return toAlertSettings(await this.repository.alert(caller.accountId));
  }

  async saveAlerts(caller: Identity, body: AlertSettings): Promise<AlertSettings> {
    await this.repository.saveAlert(caller.accountId, {
      ...body,
      email: body.email === '' ? null : body.email,
    });
    return this.alerts(caller);
  }
}
