import { callDatabase } from '@weir/data';
import type { Database } from '@weir/data';

/** What the money path reads beside its functions. */
export interface AllowanceReads {
  /** What new leases could still take of an account's balance, nano; may be negative. */
  availableNano(account: string): Promise<bigint>;
}

const AVAILABLE = `SELECT (cap - used - leased)::text AS available FROM allowance
  WHERE owner = $1 AND kind = 0 AND period = DATE '1970-01-01'`;

/** The reads on PostgreSQL. */
export class AllowanceDatabase implements AllowanceReads {
  constructor(private readonly database: Database) {}

  async availableNano(account: string): Promise<bigint> {
    const [row] = await callDatabase<{ available: string }>(this.database, {
      name: 'balance-available',
      text: AVAILABLE,
      values: [account],
    });
    return row === undefined ? 0n : BigInt(row.available);
  }
}
