import type pg from 'pg';
import { LEDGER_CHECKS } from './verify-queries.js';

/** Result of one check; `rows` counts its witnesses (100 at most are counted), `witnesses` shows the first. */
export interface LedgerFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly rows: number;
  readonly witnesses: readonly Readonly<Record<string, unknown>>[];
}

/** Enough to act on; a broken ledger could otherwise answer with millions. */
const ROWS_MAX = 100;
const WITNESSES_MAX = 3;

/**
 * Runs every invariant in one REPEATABLE READ snapshot, so that settlement may go on meanwhile. Read-only; the
 * application role suffices. It reads whole tables: minutes on a large database.
 */
export async function verifyLedger(pool: pg.Pool): Promise<LedgerFinding[]> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query('SET LOCAL statement_timeout = 0');
    const findings = await checkLedger(client);
    await client.query('COMMIT');
    broken = false;
    return findings;
  } finally {
    // A connection left inside a transaction is closed, not reused.
    client.release(broken);
  }
}

/** The same inside the caller's transaction, which should be REPEATABLE READ. */
export async function checkLedger(client: pg.ClientBase): Promise<LedgerFinding[]> {
  const findings: LedgerFinding[] = [];
  for (const { name, sql } of LEDGER_CHECKS) {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT * FROM (${sql}) finding LIMIT ${ROWS_MAX}`,
    );
    findings.push({
      name,
      ok: rows.length === 0,
      rows: rows.length,
      witnesses: rows.slice(0, WITNESSES_MAX),
    });
  }
  return findings;
}
