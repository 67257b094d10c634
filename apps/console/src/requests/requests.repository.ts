import { Injectable } from '@nestjs/common';
import type { RequestRow, RoutingTrace } from '@weir/contracts';
import { loadPriceVersions, type RequestConditions } from '@weir/data';
import type { Price } from '@weir/domain';
import { Database } from '../database/database.js';

/** One row of a list: the JSON of the live event, plus what sorts and belongs to this reader. */
export interface ListedRow {
  readonly row: RequestRow;
  readonly id: string;
  readonly accepted_us: string;
  readonly note: string | null;
  readonly account: string;
  /** E-mail of the account's user; only for operators. */
  readonly user: string | null;
}

/** Everything about one request. Money is decimal text, factors ten-thousandths. */
export interface DetailRow {
  readonly row: RequestRow;
  readonly note: string | null;
  readonly account: string;
  readonly reported_model: string | null;
  readonly first_byte_at: string | null;
  readonly settled_at: string;
  readonly finish_reason: string | null;
  readonly absorbed: string;
  readonly attempts: number;
  readonly trace: RoutingTrace | null;
  readonly client_ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  readonly template_factor: number;
  readonly server_factor: number;
  readonly streamed_ms: number | null;
  readonly cost_nano: string;
  /** The tier's factor of today: the row keeps none. */
  readonly price_factor: number;
  readonly price_version: string | null;
}

@Injectable()
export class RequestsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first by (accepted_at, id), one row more than asked for. Notes are the reader's own. */
  page(input: {
    conditions: RequestConditions;
    reader: string;
    after: { acceptedUs: string; id: string } | null;
    limit: number;
    withUser: boolean;
  }): Promise<ListedRow[]> {
    const { sql, values } = input.conditions;
    const n = values.length;
    return this.database.many<ListedRow>(
      `SELECT request_json(q, k.label, k.prefix) AS row, q.id, (extract(epoch FROM q.accepted_at) * 1000000)::bigint AS accepted_us,
              n.note, q.account, ${input.withUser ? '(SELECT min(u.email) FROM app_user u WHERE u.account = q.account)' : 'NULL'} AS user
         FROM request q LEFT JOIN api_key k ON k.id = q.key
         LEFT JOIN usage_note n ON n.request = q.id AND n.author = $${n + 1}
        WHERE ${sql.join(' AND ')}
          AND ($${n + 2}::bigint IS NULL OR (q.accepted_at, q.id) < (timestamptz 'epoch' + $${n + 2}::bigint * interval '1 microsecond', $${n + 3}::uuid))
        ORDER BY q.accepted_at DESC, q.id DESC LIMIT $${n + 4}`,
      [
        ...values,
        input.reader,
        input.after?.acceptedUs ?? null,
        input.after?.id ?? null,
        input.limit + 1,
      ],
    );
  }

  /** `account` null = any (operators). */
  find(accountId: string | null, id: string, reader: string): Promise<DetailRow | undefined> {
    return this.database.one<DetailRow>(
      `SELECT request_json(q, k.label, k.prefix) AS row, n.note, q.account, q.reported_model, iso_text(q.first_byte_at) AS first_byte_at,
              iso_text(q.settled_at) AS settled_at, q.finish_reason, nano_text(q.absorbed_nano) AS absorbed, q.attempts, q.trace,
              host(q.client_ip) AS client_ip, q.user_agent, q.correlation_id AS request_id, q.template_factor, q.server_factor,
              (extract(epoch FROM q.completed_at - q.first_byte_at) * 1000)::float8 AS streamed_ms, q.cost_nano, t.price_factor, q.price_version::text AS price_version
         FROM request q LEFT JOIN api_key k ON k.id = q.key LEFT JOIN account a ON a.id = q.account LEFT JOIN tier t ON t.id = a.tier
         LEFT JOIN usage_note n ON n.request = q.id AND n.author = $3
        WHERE q.id = $2 AND ($1::uuid IS NULL OR q.account = $1)`,
      [accountId, id, reader],
    );
  }

  /** The list price that a row names; null = unknown. */
  async price(version: string | null): Promise<Price | null> {
    if (version === null) return null;
    const prices = await loadPriceVersions(
      <T extends object>(sql: string, values: readonly (readonly string[])[]) =>
        this.database.many<T>(sql, values),
      [version],
    );
    return prices.get(version) ?? null;
  }

  /** Whether the request is the account's own. */
  async exists(accountId: string, id: string): Promise<boolean> {
    return (
      (await this.database.one('SELECT 1 FROM request WHERE account = $1 AND id = $2', [
        accountId,
        id,
      ])) !== undefined
    );
  }

  /** Notes belong to their author alone (E-Z4); an empty one is no note. */
  async putNote(id: string, author: string, note: string): Promise<void> {
    if (note === '')
      await this.database.run('DELETE FROM usage_note WHERE request = $1 AND author = $2', [
        id,
        author,
      ]);
    else
      await this.database.run(
        `INSERT INTO usage_note (request, author, note) VALUES ($1, $2, $3)
         ON CONFLICT (request, author) DO UPDATE SET note = excluded.note, updated_at = now()`,
        [id, author, note],
      );
  }
}
