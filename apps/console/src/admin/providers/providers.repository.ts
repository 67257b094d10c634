import { Injectable } from '@nestjs/common';
import { ProviderEntity } from '@weir/data';
import { Database, type Queries, type Transaction } from '../../database/database.js';

/** A provider without its credential: the column is in no SELECT of the console (E-M2). */
export interface ProviderRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly kind: 'openai' | 'anthropic' | 'gemini';
  readonly base_url: string;
  readonly region: string | null;
  readonly enabled: boolean;
  readonly cost_factor: number;
  readonly forward_headers: string[];
  readonly credential_hint: string | null;
  readonly created_at: string;
}

const SELECT = `SELECT id, slug, name, kind, base_url, region, enabled, cost_factor, forward_headers, credential_hint,
  iso_text(created_at) AS created_at FROM provider`;

@Injectable()
export class AdminProvidersRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** By slug, one row more than asked for. */
  page(after: string | null, limit: number): Promise<ProviderRow[]> {
    return this.database.many<ProviderRow>(
      `${SELECT} WHERE $1::text IS NULL OR slug > $1 ORDER BY slug LIMIT $2`,
      [after, limit + 1],
    );
  }

  find(id: string, on: Queries = this.database): Promise<ProviderRow | undefined> {
    return on.one<ProviderRow>(`${SELECT} WHERE id = $1`, [id]);
  }

  async insert(on: Transaction, row: Partial<ProviderEntity>): Promise<void> {
    await on.entities.insert(ProviderEntity, row);
  }

  async update(on: Transaction, id: string, change: Partial<ProviderEntity>): Promise<void> {
    await on.entities.update(ProviderEntity, { id }, { ...change, updated_at: new Date() });
  }

  /** Whether there was one; its endpoints and their prices go with it, past requests stay. */
  async remove(on: Transaction, id: string): Promise<boolean> {
    return (await on.run('DELETE FROM provider WHERE id = $1', [id])) > 0;
  }
}
