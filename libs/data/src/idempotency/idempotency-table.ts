import { callDatabase } from '../money/database-call.js';
import type { Database } from '../money/database-call.js';

/** A client's Idempotency-Key: the API key it belongs to and the digest of its text. */
export interface IdempotencyName {
  readonly key: string;
  readonly name: Buffer;
}

/** What an Idempotency-Key was used for. */
export interface IdempotencyUse {
  /** Digest of the body it came with. */
  readonly body: Buffer;
  readonly request: string;
  /** How the request ended; null = it runs, or never began. */
  readonly httpStatus: number | null;
  readonly status: string | null;
  /**
   * Whether its gateway's journal is settled to the end. A request without a row then never went upstream.
   */
  readonly epochClosed: boolean;
}

/** Names a request as what an Idempotency-Key stands for. */
export interface IdempotencyClaim extends IdempotencyName {
  readonly body: Buffer;
  readonly request: string;
  readonly epoch: string;
  /** A request that never went upstream and may be replaced; null = there is none. */
  readonly previous: string | null;
}

/** Stripe's figure, and D24's: long enough for every retry of one night. */
const KEPT = "interval '24 hours'";

/** One snapshot: an epoch is closed only after its requests were settled, so `closed` without a row means never sent. */
const FIND = `
SELECT i.body, i.request, coalesce(g.state = 'closed', false) AS "epochClosed",
  coalesce(r.http_status, (f.payload ->> 'http_status')::int) AS "httpStatus", coalesce(r.status, f.payload ->> 'status') AS status
FROM idempotency i LEFT JOIN request r ON r.id = i.request LEFT JOIN settlement_failed f ON f.request = i.request
  LEFT JOIN gateway_epoch g ON g.id = i.epoch
WHERE i.key = $1 AND i.name = $2 AND i.claimed_at > now() - ${KEPT}`;

/** What the Idempotency-Key was used for in the last 24 h; null = nothing. */
export async function findIdempotencyUse(
  database: Database,
  { key, name }: IdempotencyName,
): Promise<IdempotencyUse | null> {
  const [use] = await callDatabase<IdempotencyUse>(database, {
    name: 'idempotency-find',
    text: FIND,
    values: [key, name],
  });
  return use ?? null;
}

const CLAIM = `
INSERT INTO idempotency AS i (key, name, body, request, epoch) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key, name) DO UPDATE SET body = excluded.body, request = excluded.request, epoch = excluded.epoch, claimed_at = now()
  WHERE i.request = $6 OR i.claimed_at <= now() - ${KEPT} RETURNING 1 AS one`;

/** Makes the Idempotency-Key stand for this request. False = it stands for another one already. */
export async function claimIdempotency(
  database: Database,
  { key, name, body, request, epoch, previous }: IdempotencyClaim,
): Promise<boolean> {
  const rows = await callDatabase(database, {
    name: 'idempotency-claim',
    text: CLAIM,
    values: [key, name, body, request, epoch, previous],
  });
  return rows.length === 1;
}

/** The request never began: its Idempotency-Key is free again. Harmless when repeated. */
export async function freeIdempotency(
  database: Database,
  { key, name }: IdempotencyName,
  request: string,
): Promise<void> {
  await callDatabase(database, {
    name: 'idempotency-free',
    text: 'DELETE FROM idempotency WHERE key = $1 AND name = $2 AND request = $3',
    values: [key, name, request],
  });
}

/** Deletes what is older than 24 h. Answers how many. */
export async function forgetOldIdempotency(database: Database): Promise<number> {
  const [row] = await callDatabase<{ forgotten: number }>(database, {
    text: `WITH old AS (DELETE FROM idempotency WHERE claimed_at <= now() - ${KEPT} RETURNING 1) SELECT count(*)::int AS forgotten FROM old`,
    values: [],
  });
  return row?.forgotten ?? 0;
}
