/**
 * The only place that knows where BullMQ keeps its jobs: on Redis where REDIS_URL is set, on PostgreSQL otherwise.
 * Each queue and each worker has a small pool of its own (and a worker one connection that listens), opened when
 * used; they count against `max_connections`.
 */
import type { PostgresPoolConfig, RedisOptions } from 'bullmq';
import type { WeirConfig } from '../config/index.js';
import { APPLICATION_ROLE } from '../database/index.js';

/** What a queue needs to know of the configuration. */
export type QueueConfig = Pick<WeirConfig, 'databaseUrl' | 'redisUrl'>;

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

/** Who connects: a producer must fail fast, a worker waits for as long as it takes. */
export type QueueSide = 'queue' | 'worker';

/** BullMQ's connection on PostgreSQL, as the application role. */
export function postgresConnection(databaseUrl: string, side: QueueSide): PostgresPoolConfig {
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
export function redisConnection(redisUrl: string, side: QueueSide): RedisOptions {
  const common = { url: redisUrl, connectTimeout: 5_000 };
  if (side === 'worker') return { ...common, maxRetriesPerRequest: null };
  return {
    ...common,
    maxRetriesPerRequest: 1,
    commandTimeout: REDIS_COMMAND_MS,
    enableOfflineQueue: false,
  };
}
