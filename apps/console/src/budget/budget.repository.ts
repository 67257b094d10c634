import { Injectable } from '@nestjs/common';
import type { BudgetView } from '@weir/contracts';
import { Database } from '../database/database.js';

/** The alert rule of one account; no row = never set. */
export interface AlertRow {
  readonly enabled: boolean;
  readonly threshold: number;
  readonly email: string | null;
}

@Injectable()
export class BudgetRepository {
  constructor(private readonly database: Database) {}

  async budget(accountId: string): Promise<BudgetView | undefined> {
    const row = await this.database.one<{ budget: BudgetView }>(
      'SELECT budget_json($1) AS budget',
      [accountId],
    );
    return row?.budget;
  }

  alert(accountId: string): Promise<AlertRow | undefined> {
    return this.database.one<AlertRow>(
      'SELECT enabled, threshold, email FROM alert_rule WHERE account = $1',
      [accountId],
    );
  }

  async saveAlert(accountId: string, rule: AlertRow): Promise<void> {
    await this.database.run(
      `INSERT INTO alert_rule (account, enabled, threshold, email) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account) DO UPDATE SET enabled = excluded.enabled, threshold = excluded.threshold, email = excluded.email`,
      [accountId, rule.enabled, rule.threshold, rule.email],
    );
  }
}
