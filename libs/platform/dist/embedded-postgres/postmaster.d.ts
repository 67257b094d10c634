/** A postmaster that `postmaster.pid` names and that is alive. */
export interface RunningPostmaster {
    readonly pid: number;
    readonly port: number;
    /** Whether it says that it accepts connections. */
    readonly ready: boolean;
}
/** The live postmaster of a data directory, if any. */
export declare function readPostmaster(pgData: string): RunningPostmaster | undefined;
/**
 * Removes a `postmaster.pid` whose process is gone, a zombie, or another program: PostgreSQL asks only
 * `kill(pid, 0)` and would refuse to start.
 */
export declare function removeStalePidFile(pgData: string): void;
/** Whether a process runs; a zombie does not. */
export declare function isAlive(pid: number): boolean;
/** Stops a postmaster: fast (clients are cut, data is written), then immediate, then by force. */
export declare function stopPostmaster(pid: number): Promise<void>;
