/** A sealed text that does not open: another row's, damaged, or sealed by a key that is not given any more. */
export declare class CredentialError extends Error {
    constructor(message: string, options?: ErrorOptions);
}
/** Seals and opens credentials with the installation's keys. */
export declare class CredentialBox {
    #private;
    /** `keys`: 32 bytes each, newest first; see `WeirConfig.secretsKeys`. */
    constructor(keys: readonly Buffer[]);
    /** Encrypts `plaintext` for the row `rowId` with the newest key. */
    seal(plaintext: string, rowId: string): string;
    /**
     * Decrypts what `seal` made for the same row.
     *
     * @throws CredentialError
     */
    open(sealedText: string, rowId: string): string;
    /** Whether a sealed text should be sealed again, because a newer key is there. */
    isOutdated(sealedText: string): boolean;
}
