import { Injectable } from '@nestjs/common';
import type { EndpointView } from '@weir/contracts';
import { EndpointEntity } from '@weir/data';
import { Database, type Queries, type Transaction } from '../../database/database.js';

/** An endpoint as the API shows it, with its sort key. */
export type EndpointRow = EndpointView & { readonly created_us: string };

const SELECT = `SELECT e.id, e.provider, e.model, e.upstream_model, e.region, e.priority, e.weight, e.carbon_grams_per_1k, e.enabled, p.slug AS provider_slug,
  iso_text(e.created_at) AS created_at, (extract(epoch FROM e.created_at) * 1000000)::bigint AS created_us
  FROM endpoint e JOIN provider p ON p.id = e.provider`;

@Injectable()
export class AdminEndpointsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** By model and id, one row more than asked for. */
  page(after: { model: string; id: string } | null, limit: number): Promise<EndpointRow[]> {
    return this.database.many<EndpointRow>(
      `${SELECT} WHERE $1::text IS NULL OR (e.model, e.id) > ($1, $2::uuid) ORDER BY e.model, e.id LIMIT $3`,
      [after?.model ?? null, after?.id ?? null, limit + 1],
    );
  }

  find(id: string, on: Queries = this.database): Promise<EndpointRow | undefined> {
    return on.one<EndpointRow>(`${SELECT} WHERE e.id = $1`, [id]);
  }

  /** Names what an endpoint would refer to and is missing. */
  async missing(
    on: Queries,
    provider: string,
    model: string,
  ): Promise<'provider' | 'model' | null> {
    const row = await on.one<{ provider: boolean; model: boolean }>(
      'SELECT EXISTS (SELECT 1 FROM provider WHERE id = $1) AS provider, EXISTS (SELECT 1 FROM model WHERE id = $2) AS model',
      [provider, model],
    );
    if (row?.provider !== true) return 'provider';
    return row.model ? null : 'model';
  }

  async insert(on: Transaction, row: Partial<EndpointEntity>): Promise<void> {
    await on.entities.insert(EndpointEntity, row);
  }

  async update(on: Transaction, id: string, change: Partial<EndpointEntity>): Promise<void> {
    await on.entities.update(EndpointEntity, { id }, { ...change, updated_at: new Date() });
  }

  async remove(on: Transaction, id: string): Promise<boolean> {
    return (await on.run('DELETE FROM endpoint WHERE id = $1', [id])) > 0;
  }
}
