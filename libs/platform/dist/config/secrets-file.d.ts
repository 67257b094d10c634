/** Secrets an installation needs and that it can make by itself. */
export interface Secrets {
    /** Sign access tokens; the newest first, which signs; all verify. */
    readonly jwtSecrets: readonly string[];
    /** Keys the HMAC of API keys. */
    readonly keyPepper: string;
    /** 32 bytes each, newest first: encrypt credentials. */
    readonly secretsKeys: readonly Buffer[];
}
/**
 * Reads `secrets.json` of a data folder, making it once. Several processes may do so at the same time: the file
 * appears whole or not at all, and the first one wins.
 */
export declare function readOrMakeSecrets(dataDir: string): Secrets;
