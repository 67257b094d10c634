/**
 * Waits for a condition instead of sleeping: calls `probe` until it neither throws nor rejects, and returns its
 * value. After the deadline it throws what the last try threw.
 *
 * @param deadlineMs how long to try, milliseconds
 */
export declare function eventually<T>(probe: () => T | Promise<T>, deadlineMs?: number): Promise<T>;
