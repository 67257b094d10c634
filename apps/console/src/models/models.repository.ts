import { Injectable } from '@nestjs/common';
import type { ModelView } from '@weir/contracts';
import { Database, type Queries } from '../database/database.js';

/** A model with today's price. Money is decimal text per million tokens. */
export type ModelRow = ModelView;

/** The price for all endpoints, else the newest of one. $1: only enabled ones; $2: id after which to go on; $3: rows. */
const SELECT_MODELS = `
SELECT m.id, m.name, m.description, m.kind, m.context_tokens, m.output_tokens_max, m.image_tokens_max, m.hidden_output, m.capabilities,
       m.enabled, iso_text(m.created_at) AS created_at,
       (SELECT jsonb_build_object('version', p.version::text, 'input', nano_text(p.input_nano), 'output', nano_text(p.output_nano),
          'cache_read', nano_text(p.cache_read_nano), 'cache_write_5m', nano_text(p.cache_write_5m_nano),
          'cache_write_1h', nano_text(p.cache_write_1h_nano), 'request', nano_text(p.request_nano))
          FROM price p WHERE p.model = m.id AND p.valid_from <= now()
         ORDER BY p.endpoint IS NULL DESC, p.valid_from DESC, p.version DESC LIMIT 1) AS price,
       (SELECT count(*)::int FROM endpoint e JOIN provider v ON v.id = e.provider WHERE e.model = m.id AND e.enabled AND v.enabled) AS endpoints
  FROM model m`;

@Injectable()
export class ModelsRepository {
  constructor(private readonly database: Database) {}

  /** By id, one row more than asked for. */
  page(onlyEnabled: boolean, after: string | null, limit: number): Promise<ModelRow[]> {
    return this.database.many<ModelRow>(
      `${SELECT_MODELS} WHERE (NOT $1 OR m.enabled) AND ($2::text IS NULL OR m.id > $2) ORDER BY m.id LIMIT $3`,
      [onlyEnabled, after, limit + 1],
    );
  }

  find(id: string, on: Queries = this.database): Promise<ModelRow | undefined> {
    return on.one<ModelRow>(`${SELECT_MODELS} WHERE m.id = $1`, [id]);
  }
}
