/** Thrown by a failpoint whose action is `throw`. */
export declare class FailpointError extends Error {
    constructor(name: string);
}
/** Arms points given as `name:nth:action`, replacing what was armed before. Called once, by the configuration. */
export declare function armFailpoints(specs: readonly string[]): void;
/**
 * A place that a test may hit. `kill` and `stop` act on the whole process before this returns. A point with a
 * delay answers a promise, so a place that is not awaited ignores delays.
 */
export declare function failpoint(name: string): void | Promise<void>;
