import pg from 'pg';
import type { WeirConfig } from '../config/index.js';
/** The role of applications: it reads, and executes the functions that alone write money. */
export declare const APPLICATION_ROLE = "weir_app";
/** How a pool is used. */
export interface PgPoolInput {
    /** Connections at most; counts against the server's `max_connections`. */
    readonly max: number;
    /** A statement that runs longer is cancelled; default 2 s, the money path's figure. */
    readonly statementTimeoutMs?: number;
    /** `owner` only for migrations and tools. */
    readonly role?: typeof APPLICATION_ROLE | 'owner';
    /** Shown in `pg_stat_activity`. */
    readonly name?: string;
}
/**
 * A pool with a deadline on everything: getting a connection 1 s, a statement 2 s, a lock 1 s, an idle transaction
 * 5 s. The client's own deadline stands a little behind the server's, for a server that is frozen cannot cancel.
 */
export declare function createPgPool(config: Pick<WeirConfig, 'databaseUrl' | 'process'>, input: PgPoolInput): pg.Pool;
