import { AppProcess } from './app-process.js';
/** What to start. */
export interface StackInput {
    /** Gateways on one database and one data folder; default 1. */
    readonly gateways?: number;
    /** Settings for every process, on top of the stack's own. */
    readonly env?: Readonly<Record<string, string>>;
}
/** Weir whole, as processes of its own on a database of its own. */
export interface Stack {
    readonly gateways: readonly AppProcess[];
    readonly console: AppProcess;
    readonly worker: AppProcess;
    readonly sandbox: AppProcess;
    readonly consoleUrl: string;
    readonly sandboxUrl: string;
    /** The owner's URL. */
    readonly databaseUrl: string;
    readonly dataDir: string;
    readonly admin: {
        readonly email: string;
        readonly password: string;
    };
    /** The key that the first start makes for the admin. */
    readonly apiKey: string;
    /** Of every process of the stack. */
    readonly pids: readonly number[];
    stop(): Promise<void>;
}
/** Starts database, sandbox, bootstrap, gateways, console and worker in the launcher's order; stops in its reverse. */
export declare function startStack(input?: StackInput): Promise<Stack>;
