import { Injectable } from '@nestjs/common';
import type { TemplateDefinition } from '@weir/contracts';
import { ExpertTemplateEntity } from '@weir/data';
import { Database, type Queries, type Transaction } from '../../database/database.js';

export interface TemplateRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly definition: TemplateDefinition;
  readonly cost_factor: number;
  readonly active: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly grants: number;
}

const SELECT = `SELECT t.id, t.name, t.description, t.definition, t.cost_factor, t.active, t.version, iso_text(t.created_at) AS created_at,
  iso_text(t.updated_at) AS updated_at, (SELECT count(*)::int FROM template_grant g WHERE g.template = t.id) AS grants
  FROM expert_template t`;

@Injectable()
export class AdminTemplatesRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (on: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** By name, one row more than asked for. */
  page(after: string | null, limit: number): Promise<TemplateRow[]> {
    return this.database.many<TemplateRow>(
      `${SELECT} WHERE $1::text IS NULL OR t.name > $1 ORDER BY t.name LIMIT $2`,
      [after, limit + 1],
    );
  }

  find(id: string, on: Queries = this.database): Promise<TemplateRow | undefined> {
    return on.one<TemplateRow>(`${SELECT} WHERE t.id = $1`, [id]);
  }

  findByName(name: string, on: Queries): Promise<TemplateRow | undefined> {
    return on.one<TemplateRow>(`${SELECT} WHERE t.name = $1`, [name]);
  }

  async insert(
    on: Transaction,
    row: Partial<Omit<ExpertTemplateEntity, 'definition'>> & { definition: TemplateDefinition },
  ): Promise<void> {
    await on.run(
      `INSERT INTO expert_template (id, name, description, definition, cost_factor, active)
       VALUES ($1, $2, coalesce($3, ''), $4, coalesce($5, 10000), coalesce($6, true))`,
      [
        row.id ?? null,
        row.name ?? null,
        row.description ?? null,
        JSON.stringify(row.definition),
        row.cost_factor ?? null,
        row.active ?? null,
      ],
    );
  }

  /** A new version: requests that run keep the one they began with. */
  async update(
    on: Transaction,
    id: string,
    change: Partial<Omit<ExpertTemplateEntity, 'definition'>> & { definition?: TemplateDefinition },
  ): Promise<void> {
    await on.run(
      `UPDATE expert_template SET name = coalesce($2, name), description = coalesce($3, description), definition = coalesce($4, definition),
              cost_factor = coalesce($5, cost_factor), active = coalesce($6, active), version = version + 1, updated_at = now() WHERE id = $1`,
      [
        id,
        change.name ?? null,
        change.description ?? null,
        change.definition === undefined ? null : JSON.stringify(change.definition),
        change.cost_factor ?? null,
        change.active ?? null,
      ],
    );
  }

  async remove(on: Transaction, id: string): Promise<boolean> {
    return (await on.run('DELETE FROM expert_template WHERE id = $1', [id])) > 0;
  }

  grants(id: string): Promise<{ account: string; name: string; granted_at: string }[]> {
    return this.database.many(
      `SELECT g.account, a.name, iso_text(g.granted_at) AS granted_at FROM template_grant g JOIN account a ON a.id = g.account
        WHERE g.template = $1 ORDER BY a.name, g.account LIMIT 1000`,
      [id],
    );
  }

  async accountExists(on: Queries, account: string): Promise<boolean> {
    return (await on.one('SELECT 1 FROM account WHERE id = $1', [account])) !== undefined;
  }

  async grant(on: Transaction, id: string, account: string): Promise<void> {
    await on.run(
      'INSERT INTO template_grant (template, account) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [id, account],
    );
  }

  async revoke(on: Transaction, id: string, account: string): Promise<boolean> {
    return (
      (await on.run('DELETE FROM template_grant WHERE template = $1 AND account = $2', [
        id,
        account,
      ])) > 0
    );
  }
}
