import pg from 'pg';
/** The role of applications: it reads, and executes the functions that alone write money. */
export const APPLICATION_ROLE = 'weir_app';
const ACQUIRE_MS = 1_000;
const STATEMENT_MS = 2_000;
const LOCK_MS = 1_000;
const IDLE_IN_TRANSACTION_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
/**
 * A pool with a deadline on everything: getting a connection 1 s, a statement 2 s, a lock 1 s, an idle transaction
 * 5 s. The client's own deadline stands a little behind the server's, for a server that is frozen cannot cancel.
 */
export function createPgPool(config, input) {
    const statementMs = input.statementTimeoutMs ?? STATEMENT_MS;
    const settings = [
        ...(input.role === 'owner' ? [] : [`role=${APPLICATION_ROLE}`]),
        `statement_timeout=${String(statementMs)}`,
        `lock_timeout=${String(LOCK_MS)}`,
        `idle_in_transaction_session_timeout=${String(IDLE_IN_TRANSACTION_MS)}`,
    ];
    const pool = new pg.Pool({
        connectionString: config.databaseUrl,
        max: input.max,
        connectionTimeoutMillis: ACQUIRE_MS,
        query_timeout: statementMs + 500,
        keepAlive: true,
        keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
        application_name: `weir ${input.name ?? config.process}`,
        options: settings.map((setting) => `-c ${setting}`).join(' '),
    });
    // An idle connection that breaks is replaced at its next use; without a listener it would end the process.
    pool.on('error', () => undefined);
    return pool;
}
//# sourceMappingURL=pg-pool.js.map