import { type PostgresBinaries } from './binaries.js';
/** How the programs are kept from running as root. `direct` when we are not root. */
export type IsolationMode = 'direct' | 'unshare' | 'copy';
/** A way to run PostgreSQL's programs that they accept. */
export interface Isolation {
    readonly mode: IsolationMode;
    readonly binaries: PostgresBinaries;
    /** Folder under which the cluster's files lie; the wished one unless `mode` is `copy`. */
    readonly homeDir: string;
    /** Wraps a program call. */
    readonly wrap: (program: string, args: readonly string[]) => {
        file: string;
        args: string[];
    };
    /** User for `spawn`; only with `copy`. */
    readonly user?: {
        readonly uid: number;
        readonly gid: number;
    };
}
/** Chooses the way for this process. `forced` is for tests. */
export declare function chooseIsolation(binaries: PostgresBinaries, homeDir: string, forced?: IsolationMode): Isolation;
/** Where `copy` keeps the server of a folder. */
export declare function copiedHomeDir(wishedDir: string): string;
