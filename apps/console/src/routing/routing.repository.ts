import { Injectable } from '@nestjs/common';
import type { RoutingOverride } from '@weir/contracts';
import type { Catalog } from '@weir/data';
import { Database, type Queries, type Transaction } from '../database/database.js';

/** What decides over the routes of a key: its own and its account's wishes, its pin, and what it may use. */
export interface RoutedLimits {
  readonly accountRouting: unknown;
  readonly routing: unknown;
  readonly preferLowCarbon: boolean;
  readonly regionPin: string | null;
  readonly keyModels: readonly string[] | null;
  readonly tierModels: readonly string[] | null;
  /** Ten-thousandths. */
  readonly priceFactor: number;
}

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

  /** Providers, models, endpoints and prices of now. */
  catalog(): Promise<Catalog> {
    return this.database.catalog();
  }

  /** What decides over the routes of an account's key, or of a key without any wish; undefined = no such key. */
  limits(accountId: string, keyId: string | null): Promise<RoutedLimits | undefined> {
    return this.database.one<RoutedLimits>(
      `SELECT a.routing AS "accountRouting", t.allowed_models AS "tierModels", t.price_factor AS "priceFactor", k.routing,
              coalesce(k.prefer_low_carbon, false) AS "preferLowCarbon", k.region_pin AS "regionPin", k.allowed_models AS "keyModels"
         FROM account a JOIN tier t ON t.id = a.tier LEFT JOIN api_key k ON k.account = a.id AND k.id = $2 AND NOT k.hidden
        WHERE a.id = $1 AND ($2::uuid IS NULL OR k.id IS NOT NULL)`,
      [accountId, keyId],
    );
  }

  async replace(on: Queries, accountId: string, routing: RoutingOverride): Promise<void> {
    await on.run('UPDATE account SET routing = $2 WHERE id = $1', [
      accountId,
      JSON.stringify(routing),
    ]);
  }
}
