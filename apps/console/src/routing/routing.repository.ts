import { Injectable } from '@nestjs/common';
import type { RoutingOverride } from '@weir/contracts';
import { Database, type Queries, type Transaction } from '../database/database.js';

@Injectable()
export class RoutingRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** The account's wishes; undefined = no such account. */
  find(
    accountId: string,
    on: Queries = this.database,
  ): Promise<{ readonly routing: RoutingOverride | null } | undefined> {
    return on.one('SELECT routing FROM account WHERE id = $1', [accountId]);
  }

  async replace(on: Queries, accountId: string, routing: RoutingOverride): Promise<void> {
    await on.run('UPDATE account SET routing = $2 WHERE id = $1', [
      accountId,
      JSON.stringify(routing),
    ]);
  }
}
