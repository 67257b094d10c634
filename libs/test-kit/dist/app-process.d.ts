/** A built application that can be spawned. */
export type AppName = 'gateway' | 'console' | 'worker' | 'sandbox';
/**
 * A built application as a process of its own, as the launcher runs it: an IPC channel, `{type: 'ready', port}` when
 * it listens, an end when the channel closes.
 */
export declare class AppProcess {
    #private;
    readonly name: AppName;
    private readonly env;
    private readonly portSetting;
    /** Port it listened on last; used again at the next start, so that clients find it. */
    port: number;
    constructor(name: AppName, env: Readonly<Record<string, string>>, portSetting: string | null);
    get url(): string;
    get pid(): number;
    get running(): boolean;
    /** What it printed, newest last. */
    get output(): string;
    /**
     * Starts it and waits until it is ready. `exit-or-ready` also accepts that it ends first, as a failpoint may have it.
     *
     * @throws with its output when it ends before it is ready
     */
    start(extraEnv?: Readonly<Record<string, string>>, options?: {
        waitUntil?: 'ready' | 'exit-or-ready';
    }): Promise<void>;
    /** Sends a signal and waits for the end. Harmless when it has ended. */
    kill(signal?: NodeJS.Signals): Promise<void>;
    /** Ends it gracefully and starts it again. */
    restart(extraEnv?: Readonly<Record<string, string>>): Promise<void>;
}
