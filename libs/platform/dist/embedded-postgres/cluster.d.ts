import type { Isolation } from './isolation.js';
/** Owner of the cluster and of the database, both called so. */
export declare const EMBEDDED_USER = "weir";
/** Name of the database that is made at the first start. */
export declare const EMBEDDED_DATABASE = "weir";
/** Paths of one embedded server inside its home folder. */
export interface ClusterPaths {
    readonly pgData: string;
    readonly passwordFile: string;
    readonly logFile: string;
}
/** Where things lie below `homeDir`. */
export declare function clusterPaths(homeDir: string): ClusterPaths;
/** The owner's URL. The password is base64url, so nothing needs escaping. */
export declare function clusterUrl(homeDir: string, port: number): string;
/**
 * Makes the cluster when there is none: random password, scram-sha-256, UTF-8, locale C, checksums. Built in a
 * folder beside and renamed when whole, so a run killed in the middle leaves nothing that looks finished.
 */
export declare function ensureCluster(isolation: Isolation): Promise<void>;
