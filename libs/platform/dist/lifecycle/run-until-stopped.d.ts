import type { AppLogger } from '../logging/index.js';
/** What a process stops. */
export interface Stoppable {
    close(): Promise<unknown>;
}
/** How it stops. */
export interface StopInput {
    readonly logger?: Pick<AppLogger, 'info' | 'error'>;
    /** After this long the process ends anyway, with exit code 1. Default 20 s; a gateway drains longer. */
    readonly deadlineMs?: number;
}
/** Tells the launcher that this process serves, and on which port the kernel let it. */
export declare function announceReady(port?: number | null): void;
/**
 * Runs an application until it is told to stop: by SIGTERM, or by the end of its launcher, whose channel closes.
 * Ctrl-C reaches every process of a terminal at once; a child leaves it to the launcher, which knows the order.
 */
export declare function runUntilStopped(app: Stoppable, input?: StopInput): void;
