import type pg from 'pg';

/**
 * One call to PostgreSQL whose outcome is always named. `failed`: the database said so, or was never asked, and
 * nothing changed. `unknown`: it was asked and the answer is missing, so the change may have happened or may
 * still happen; only calls that are harmless when repeated may be sent again.
 */
export class DatabaseCallError extends Error {
  /** Whether nothing changed for certain. */
  readonly outcome: 'failed' | 'unknown';
  /** SQLSTATE, or null when the connection and not the statement failed. */
  readonly sqlState: string | null;

  constructor(
    message: string,
    outcome: 'failed' | 'unknown',
    sqlState: string | null,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'DatabaseCallError';
    this.outcome = outcome;
    this.sqlState = sqlState;
  }

  /** Whether the data themselves are at fault (SQLSTATE classes 22 and 23): repeating cannot help. */
  get isDataError(): boolean {
    return this.sqlState !== null && /^2[23]/.test(this.sqlState);
  }
}

/** Serialization failure, deadlock, lock timeout: rolled back for certain, worth repeating. */
const REPEATABLE = new Set(['40001', '40P01', '55P03']);
/** Tries in all; waits of ≤ 20, 40, 80 ms between them. */
const TRIES = 4;

/** What a call needs: a pool (a client is taken and given back) or one client. */
export type Database = pg.Pool | pg.ClientBase;

/** Runs one statement; conflicts with other transactions are repeated with jitter, everything else is thrown. */
export async function callDatabase<Row extends pg.QueryResultRow>(
  database: Database,
  statement: pg.QueryConfig,
): Promise<Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await callOnce<Row>(database, statement);
    } catch (error) {
      // Only a conflict on a connection of our own pool: inside a caller's transaction a repeat is the caller's.
      const repeatable =
        error instanceof DatabaseCallError &&
        error.sqlState !== null &&
        REPEATABLE.has(error.sqlState) &&
        isPool(database) &&
        attempt < TRIES;
      if (!repeatable) throw error;
      const waitMs = Math.random() * 10 * 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

async function callOnce<Row extends pg.QueryResultRow>(
  database: Database,
  statement: pg.QueryConfig,
): Promise<Row[]> {
  if (!isPool(database)) return ask<Row>(database, statement);
  let client: pg.PoolClient;
  try {
    client = await database.connect();
  } catch (error) {
    // No connection within the pool's deadline: the statement was never sent.
    throw new DatabaseCallError('PostgreSQL cannot be reached.', 'failed', null, error);
  }
  try {
    const rows = await ask<Row>(client, statement);
    client.release();
    return rows;
  } catch (error) {
    // A connection in an unknown state must not serve anyone else.
    client.release(error instanceof DatabaseCallError && error.outcome === 'unknown');
    throw error;
  }
}

async function ask<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  statement: pg.QueryConfig,
): Promise<Row[]> {
  try {
    const result = await client.query<Row>(statement);
    return result.rows;
  } catch (error) {
    const sqlState = sqlStateOf(error);
    // Classes 08 and 57P: the server broke the connection, perhaps just after the commit.
    const answered = sqlState !== null && !sqlState.startsWith('08') && !sqlState.startsWith('57P');
    const message = error instanceof Error ? error.message : 'The statement failed.';
    throw new DatabaseCallError(message, answered ? 'failed' : 'unknown', sqlState, error);
  }
}

/** The five characters of PostgreSQL, as opposed to the error codes of Node such as ECONNRESET. */
function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
}

function isPool(database: Database): database is pg.Pool {
  return 'totalCount' in database;
}
