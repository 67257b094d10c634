import { callDatabase } from '@weir/data';
import type { Database } from '@weir/data';

/** What recovery reads beside the money functions. */
export interface RecoveryReads {
  /** Which of these requests have a row. */
  settledRequests(ids: readonly string[]): Promise<Set<string>>;
  /** Which of these epochs are open. */
  openEpochs(ids: readonly string[]): Promise<Set<string>>;
}

/** The reads on PostgreSQL. */
export class RecoveryDatabase implements RecoveryReads {
  constructor(private readonly database: Database) {}

  settledRequests(ids: readonly string[]): Promise<Set<string>> {
    return this.idsOf('SELECT id FROM request WHERE id = ANY ($1::uuid[])', ids);
  }

  openEpochs(ids: readonly string[]): Promise<Set<string>> {
    return this.idsOf(
      "SELECT id FROM gateway_epoch WHERE id = ANY ($1::uuid[]) AND state = 'open'",
      ids,
    );
  }

  private async idsOf(text: string, ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await callDatabase<{ id: string }>(this.database, { text, values: [ids] });
    return new Set(rows.map(({ id }) => id));
  }
}
