/** Too many logins wait already; the caller answers 503. */
export declare class PasswordQueueFullError extends Error {
    constructor();
}
/**
 * Hashes a new password.
 *
 * @throws PasswordQueueFullError
 */
export declare function hashPassword(password: string): Promise<string>;
/**
 * Whether a password belongs to a hash. A hash that cannot be read never matches.
 *
 * @throws PasswordQueueFullError
 */
export declare function verifyPassword(password: string, phc: string): Promise<boolean>;
/** Spends the time of a check that fails, so that an unknown user is answered no faster than a known one. */
export declare function verifyAgainstNobody(password: string): Promise<false>;
