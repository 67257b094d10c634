import { Injectable } from '@nestjs/common';
import type { BalanceView } from '@weir/contracts';
import { Database } from '../database/database.js';
import { CONSOLE_LIMITS } from '../limits.js';

/** Balance as stored, the holds of the moment and the newest live seq, all of one snapshot. */
export interface BalanceRow {
  readonly stored: Pick<BalanceView, 'balance' | 'granted' | 'spent_this_month' | 'spent_total'>;
  readonly held_nano: string;
  readonly seq: string;
}

/** Σ of what live gateways hold for one account; a pulse older than 3 s is a gateway that died. */
const HELD = `(SELECT coalesce(sum((p.held ->> a.id::text)::bigint), 0) FROM gateway_pulse p
                WHERE p.at > now() - make_interval(secs => ${CONSOLE_LIMITS.pulseFreshMs / 1_000}))`;

@Injectable()
export class BalanceRepository {
  constructor(private readonly database: Database) {}

  find(accountId: string): Promise<BalanceRow | undefined> {
    return this.database.one<BalanceRow>(
      `SELECT balance_json(a.id) AS stored, ${HELD} AS held_nano, a.event_seq AS seq FROM account a WHERE a.id = $1`,
      [accountId],
    );
  }
}
