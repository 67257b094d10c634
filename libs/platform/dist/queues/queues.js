import { createPostgresBackend, Queue, Worker, withBackend, } from 'bullmq';
import { postgresConnection, REDIS_PREFIX, redisConnection, } from './connection.js';
const postgres = withBackend(createPostgresBackend);
/**
 * A job survives this many deaths of its worker. BullMQ's own 1 loses a job at the second kill, and its 30 s of
 * lock make a restart wait for a minute.
 */
const STALLED_COUNT_MAX = 20;
const LOCK_MS = 10_000;
const STALLED_INTERVAL_MS = 5_000;
/** Upper bound on a worker's sleep; it is also woken by every new job. */
const DRAIN_DELAY_S = 5;
const JOB_DEFAULTS = { removeOnComplete: true, removeOnFail: 1_000 };
/**
 * Opens a queue for producers. Errors of its connection are swallowed here (an `add` rejects with its own); listen to
 * `error` to see them.
 */
export function createQueue(name, config) {
    const queue = config.redisUrl
        ? new Queue(name, {
            connection: redisConnection(config.redisUrl, 'queue'),
            prefix: REDIS_PREFIX,
            defaultJobOptions: JOB_DEFAULTS,
        })
        : new postgres.Queue(name, {
            connection: postgresConnection(config.databaseUrl, 'queue'),
            defaultJobOptions: JOB_DEFAULTS,
        });
    queue.on('error', () => undefined);
    return queue;
}
/**
 * Starts a consumer. Errors of its connection are swallowed here and retried; listen to `error` to see them.
 */
export function createWorker(name, processor, input, config) {
    const options = {
        concurrency: input.concurrency ?? 1,
        lockDuration: input.lockDurationMs ?? LOCK_MS,
        stalledInterval: STALLED_INTERVAL_MS,
        maxStalledCount: STALLED_COUNT_MAX,
        drainDelay: DRAIN_DELAY_S,
    };
    const worker = config.redisUrl
        ? new Worker(name, processor, {
            ...options,
            connection: redisConnection(config.redisUrl, 'worker'),
            prefix: REDIS_PREFIX,
        })
        : new postgres.Worker(name, processor, {
            ...options,
            connection: postgresConnection(config.databaseUrl, 'worker'),
        });
    worker.on('error', () => undefined);
    return worker;
}
//# sourceMappingURL=queues.js.map