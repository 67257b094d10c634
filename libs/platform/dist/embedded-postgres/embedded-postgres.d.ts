import { type IsolationMode } from './isolation.js';
/** What to start. */
export interface EmbeddedPostgresInput {
    /** Folder that owns the server: its data, password and log. Made when missing. */
    readonly dataDir: string;
    /** TCP port on 127.0.0.1; default a free one. */
    readonly port?: number;
    /** PostgreSQL settings that differ from ours. */
    readonly settings?: Readonly<Record<string, string>>;
    /** For tests: how to avoid uid 0, instead of choosing by ourselves. */
    readonly isolation?: IsolationMode;
}
/** A running server. */
export interface EmbeddedPostgres {
    /** The owner's URL of the database `weir`. Holds the password. */
    readonly url: string;
    /** What `SHOW data_directory` must answer. */
    readonly dataDir: string;
    readonly port: number;
    readonly pid: number;
    /** Whether a server that was running already is used. */
    readonly takenOver: boolean;
    /** Settles when the server has ended, whoever ended it. */
    readonly ended: Promise<void>;
    /** Stops fast: clients are cut, data is written. Repeating it is harmless. */
    stop(): Promise<void>;
}
/** Starts the server of a folder, or takes over the one that runs there. Ready for connections when it resolves. */
export declare function startEmbeddedPostgres(input: EmbeddedPostgresInput): Promise<EmbeddedPostgres>;
/** The URL of the server that runs in a folder now, if one does. Starts nothing. */
export declare function findEmbeddedPostgres(dataDir: string): string | undefined;
