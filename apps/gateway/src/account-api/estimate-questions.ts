import type pg from 'pg';
import { storageUnavailable } from './callers.js';
import type { EstimateFacts } from './estimate.js';
import type { LimitRow } from './refusal-forecast.js';

/** Of the last week, so that a model's usual length is of now. */
const USUAL_OUTPUT = `SELECT (sum(output_tokens)::float8 / nullif(sum(requests), 0)) AS mean FROM usage_rollup
  WHERE account = $1 AND model = $2 AND status = 'ok' AND bucket >= date_trunc('day', now(), 'UTC') - interval '7 days'`;

/** What a new allowance of the period would start with, where none exists yet; running requests from the gateways' pulses. */
const LIMITS = `
WITH held AS (SELECT coalesce(sum((held ->> $1::text)::numeric), 0) AS nano FROM gateway_pulse WHERE at > now() - interval '5 seconds' AND held ? $1::text)
SELECT 0 AS kind, cap::text, used::text, held.nano::text AS held FROM allowance CROSS JOIN held
  WHERE owner = $1::uuid AND kind = 0 AND period = DATE '1970-01-01'
UNION ALL SELECT l.kind, l.cap::text, coalesce(a.used, 0)::text, '0' FROM allowance_limit l
  LEFT JOIN allowance a ON (a.owner, a.kind, a.period) = (l.owner, l.kind, period_of(l.kind, now()))
  WHERE l.cap IS NOT NULL AND l.enforced AND ((l.owner = $1::uuid AND l.kind IN (1, 2, 3)) OR (l.owner = $2::uuid AND l.kind IN (4, 5, 6)))
ORDER BY 1`;

/** What an estimate asks of PostgreSQL. Reads alone. */
export class EstimateQuestions implements EstimateFacts {
  constructor(private readonly pool: pg.Pool) {}

  async usualOutputTokens(account: string, model: string): Promise<number | null> {
    const rows = await this.ask<{ mean: number | null }>({
      name: 'estimate-usual-output',
      text: USUAL_OUTPUT,
      values: [account, model],
    });
    return rows[0]?.mean ?? null;
  }

  async limits(account: string, key: string): Promise<readonly LimitRow[]> {
    const rows = await this.ask<{ kind: number; cap: string; used: string; held: string }>({
      name: 'estimate-limits',
      text: LIMITS,
      values: [account, key],
    });
    return rows.map(({ kind, cap, used, held }) => ({
      kind,
      cap: BigInt(cap),
      used: BigInt(used),
      held: BigInt(held),
    }));
  }

  private async ask<T extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<T[]> {
    try {
      return (await this.pool.query<T>(query)).rows;
    } catch {
      // PostgreSQL does not answer in time.
      throw storageUnavailable();
    }
  }
}
