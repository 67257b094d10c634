/** Names of the ledger checks that found a discrepancy; empty = the books balance. */
export declare function verifyBooks(databaseUrl: string): Promise<string[]>;
