import { type QueueConfig } from './connection.js';
/** Options of one job; what is not given is the queue's default. */
export interface JobInput {
    readonly jobId?: string;
    /** Milliseconds before it may run. */
    readonly delay?: number;
    /** Runs at most this often before it counts as failed; default 1. */
    readonly attempts?: number;
    readonly backoff?: {
        readonly type: 'fixed' | 'exponential';
        readonly delay: number;
    };
    readonly removeOnComplete?: boolean | number;
    readonly removeOnFail?: boolean | number;
}
/** A job as its processor gets it. */
export interface ReceivedJob {
    readonly id?: string | undefined;
    readonly name: string;
    /** Unchecked: parse it with the contract's schema. */
    readonly data: unknown;
    /** Earlier runs of this job. */
    readonly attemptsMade: number;
}
/** Does one job. It may run twice for one job, for its process may die after the work: be idempotent. */
export type JobProcessor = (job: ReceivedJob) => Promise<unknown>;
/** Part of a queue that producers use. The same on both backends. */
export interface JobQueue<T extends object> {
    add(name: string, data: T, options?: JobInput): Promise<unknown>;
    addBulk(jobs: {
        name: string;
        data: T;
        opts?: JobInput;
    }[]): Promise<unknown>;
    /** Jobs that wait, run or are delayed. */
    count(): Promise<number>;
    waitUntilReady(): Promise<unknown>;
    close(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): unknown;
}
/** A running consumer. The same on both backends. */
export interface JobWorker {
    waitUntilReady(): Promise<unknown>;
    /** Finishes the running jobs, unless forced. */
    close(force?: boolean): Promise<void>;
    pause(doNotWaitActive?: boolean): Promise<void>;
    resume(): void;
    on(event: 'error', listener: (error: Error) => void): unknown;
    on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown;
    on(event: 'stalled', listener: (jobId: string) => void): unknown;
}
/** How a worker works; what is not given is set for money. */
export interface JobWorkerInput {
    /** Jobs at once. */
    readonly concurrency?: number;
    /** Milliseconds for which a job belongs to its worker without a sign of life. */
    readonly lockDurationMs?: number;
}
/**
 * Opens a queue for producers. Errors of its connection are swallowed here (an `add` rejects with its own); listen to
 * `error` to see them.
 */
export declare function createQueue<T extends object>(name: string, config: QueueConfig): JobQueue<T>;
/**
 * Starts a consumer. Errors of its connection are swallowed here and retried; listen to `error` to see them.
 */
export declare function createWorker(name: string, processor: JobProcessor, input: JobWorkerInput, config: QueueConfig): JobWorker;
