/** A new key of ours: `weir-sk-`, 256 random bits in base64url, a checksum of six characters. Shown once. */
export declare function makeApiKey(): string;
/**
 * Whether a text can be one of our keys: shape and checksum. Typing errors and foreign keys end here, before any
 * lookup; it proves nothing about who sent it.
 */
export declare function isApiKeyShaped(text: string): boolean;
/** The first 16 characters, all that is ever shown of a key again. */
export declare function apiKeyPrefix(key: string): string;
/** What is stored of a key: HMAC-SHA256 under the pepper, 64 hex characters. */
export declare function digestApiKey(key: string, pepper: string): string;
/** Compares two digests in constant time. */
export declare function equalDigests(a: string, b: string): boolean;
