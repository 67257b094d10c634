import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CreditBody, creditResult } from '@weir/contracts';
import { formatMoney, nano, parseMoney } from '@weir/units';
import type { z } from 'zod';
import { Database } from '../../database/database.js';
import { ApiError, invalidField, notFound } from '../../http/api-error.js';
import { SETTINGS, type ConsoleSettings } from '../../settings.js';
import type { Actor } from '../../http/actor.js';

type CreditResult = z.infer<typeof creditResult>;

/** Grants credit; the database's function writes ledger, cap, audit and live event in one transaction. */
@Injectable()
export class AdminCreditsService {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  async grant(actor: Actor, account: string, body: CreditBody): Promise<CreditResult> {
    const amountNano = parseMoney(body.amount);
    if (amountNano === 0n) throw invalidField('amount', 'Write an amount above 0.');
    return this.database.transaction(async (on) => {
      if (!(await on.one('SELECT 1 FROM account WHERE id = $1', [account])))
        throw notFound('account');
      const outcome = await on.money.credit({
        account,
        amountNano,
        what: 'grant',
        ref: randomUUID(),
        note: body.note ?? null,
        actor: actor.caller.userId,
      });
      if (outcome.outcome === 'in_use') throw new ApiError('conflict');
      return {
        balance: formatMoney(nano(outcome.balanceNano)),
        currency: this.settings.currency,
        seq: outcome.seq,
      };
    });
  }
}
