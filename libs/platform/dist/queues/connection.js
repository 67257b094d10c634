import { APPLICATION_ROLE } from '../database/index.js';
/** Schema of BullMQ's tables. */
export const QUEUE_SCHEMA = 'bullmq';
/** First part of every key in Redis. */
export const REDIS_PREFIX = 'weir';
const QUEUE_CONNECTIONS = 2;
const WORKER_CONNECTIONS = 3;
const ACQUIRE_MS = 2_000;
const STATEMENT_MS = 10_000;
const IDLE_MS = 30_000;
const REDIS_COMMAND_MS = 500;
/** BullMQ's connection on PostgreSQL, as the application role. */
export function postgresConnection(databaseUrl, side) {
    return {
        connectionString: databaseUrl,
        schema: QUEUE_SCHEMA,
        max: side === 'queue' ? QUEUE_CONNECTIONS : WORKER_CONNECTIONS,
        connectionTimeoutMillis: ACQUIRE_MS,
        idleTimeoutMillis: IDLE_MS,
        query_timeout: STATEMENT_MS,
        application_name: `weir ${side}`,
        options: `-c role=${APPLICATION_ROLE}`,
    };
}
/** BullMQ's connection on Redis. */
export function redisConnection(redisUrl, side) {
    const common = { url: redisUrl, connectTimeout: 5_000 };
    if (side === 'worker')
        return { ...common, maxRetriesPerRequest: null };
    return {
        ...common,
        maxRetriesPerRequest: 1,
        commandTimeout: REDIS_COMMAND_MS,
        enableOfflineQueue: false,
    };
}
//# sourceMappingURL=connection.js.map