/**
 * The only place that knows where BullMQ keeps its jobs: on Redis where REDIS_URL is set, on PostgreSQL otherwise.
 * Each queue and each worker has a small pool of its own (and a worker one connection that listens), opened when
 * used; they count against `max_connections`.
 */
import type { PostgresPoolConfig, RedisOptions } from 'bullmq';
import type { WeirConfig } from '../config/index.js';
/** What a queue needs to know of the configuration. */
export type QueueConfig = Pick<WeirConfig, 'databaseUrl' | 'redisUrl'>;
/** Schema of BullMQ's tables. */
export declare const QUEUE_SCHEMA = "bullmq";
/** First part of every key in Redis. */
export declare const REDIS_PREFIX = "weir";
/** Who connects: a producer must fail fast, a worker waits for as long as it takes. */
export type QueueSide = 'queue' | 'worker';
/** BullMQ's connection on PostgreSQL, as the application role. */
export declare function postgresConnection(databaseUrl: string, side: QueueSide): PostgresPoolConfig;
/** BullMQ's connection on Redis. */
export declare function redisConnection(redisUrl: string, side: QueueSide): RedisOptions;
