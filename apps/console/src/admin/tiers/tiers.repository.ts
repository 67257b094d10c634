import { Injectable } from '@nestjs/common';
import { TierEntity } from '@weir/data';
import { Database, type Queries, type Transaction } from '../../database/database.js';

export interface TierRow {
  readonly id: string;
  readonly name: string;
  readonly is_default: boolean;
  readonly price_factor: number;
  readonly allowed_models: string[] | null;
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly concurrent_requests: number | null;
  readonly monthly_credit: string;
}

const SELECT = `SELECT id, name, is_default, price_factor, allowed_models, requests_per_minute, tokens_per_minute, concurrent_requests,
  nano_text(monthly_credit_nano) AS monthly_credit FROM tier`;

@Injectable()
export class AdminTiersRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** By name, one row more than asked for. */
  page(after: string | null, limit: number): Promise<TierRow[]> {
    return this.database.many<TierRow>(
      `${SELECT} WHERE $1::text IS NULL OR name > $1 ORDER BY name LIMIT $2`,
      [after, limit + 1],
    );
  }

  find(id: string, on: Queries = this.database): Promise<TierRow | undefined> {
    return on.one<TierRow>(`${SELECT} WHERE id = $1`, [id]);
  }

  async insert(on: Transaction, row: Partial<TierEntity>): Promise<void> {
    await on.entities.insert(TierEntity, row);
  }

  async update(on: Transaction, id: string, change: Partial<TierEntity>): Promise<void> {
    if (Object.keys(change).length > 0) await on.entities.update(TierEntity, { id }, change);
  }

  /** There is one default: before another becomes it, the present one steps back. */
  async clearDefault(on: Queries): Promise<void> {
    await on.run('UPDATE tier SET is_default = false WHERE is_default');
  }

  async remove(on: Transaction, id: string): Promise<void> {
    await on.run('DELETE FROM tier WHERE id = $1', [id]);
  }
}
