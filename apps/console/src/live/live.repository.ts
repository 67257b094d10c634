import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { CONSOLE_LIMITS } from '../limits.js';

/** A durable event as stored. */
export interface StoredEvent {
  readonly account: string;
  readonly seq: string;
  readonly type: string;
  readonly payload: unknown;
  /** ISO-8601 UTC. */
  readonly at: string;
}

/** What one gateway said last. */
export interface PulseRow {
  readonly inflight: unknown;
  readonly tick: unknown;
  /** Account id → nano, text or number. */
  readonly held: unknown;
}

@Injectable()
export class LiveRepository {
  constructor(private readonly database: Database) {}

  /** Newest seq of one account. */
  async seqOf(accountId: string): Promise<number> {
    const row = await this.database.one<{ seq: string }>(
      'SELECT event_seq AS seq FROM account WHERE id = $1',
      [accountId],
    );
    return Number(row?.seq ?? 0);
  }

  /** Newest seq of the accounts, or of all. */
  async seqs(accountIds: readonly string[] | null): Promise<{ account: string; seq: string }[]> {
    return this.database.many(
      'SELECT id AS account, event_seq AS seq FROM account WHERE $1::uuid[] IS NULL OR id = ANY ($1)',
      [accountIds],
    );
  }

  /** Events after the given seq of each account, in order, at most `limit` an account. */
  after(
    positions: readonly { account: string; seq: number }[],
    limit: number,
  ): Promise<StoredEvent[]> {
    return this.database.many<StoredEvent>(
      `SELECT e.account, e.seq, e.type, e.payload, iso_text(e.at) AS at
         FROM unnest($1::uuid[], $2::bigint[]) AS p(account, seq)
         CROSS JOIN LATERAL (SELECT * FROM live_event l WHERE l.account = p.account AND l.seq > p.seq ORDER BY l.seq LIMIT $3) e
        ORDER BY e.account, e.seq`,
      [positions.map((p) => p.account), positions.map((p) => p.seq), limit],
    );
  }

  /** Pulses of the gateways that live. */
  pulses(): Promise<PulseRow[]> {
    return this.database.many<PulseRow>(
      `SELECT inflight, tick, held FROM gateway_pulse WHERE at > now() - make_interval(secs => ${CONSOLE_LIMITS.pulseFreshMs / 1_000})`,
    );
  }

  /** Who owns the accounts, for operators. */
  owners(accountIds: readonly string[]): Promise<{ account: string; email: string }[]> {
    return this.database.many(
      'SELECT account, min(email) AS email FROM app_user WHERE account = ANY ($1) GROUP BY account',
      [accountIds],
    );
  }
}
