/**
 * Passwords as argon2id in a PHC string. Hashing runs two wide in the thread pool and waits in a short queue, so
 * a burst of logins cannot starve everything else of threads or memory.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
/** OWASP's second recommendation: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const RUNNING_MAX = 2;
const WAITING_MAX = 64;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;
/** Too many logins wait already; the caller answers 503. */
export class PasswordQueueFullError extends Error {
    constructor() {
        super('Too many passwords are being checked.');
        this.name = 'PasswordQueueFullError';
    }
}
let running = 0;
const waiting = [];
/**
 * Hashes a new password.
 *
 * @throws PasswordQueueFullError
 */
export async function hashPassword(password) {
    const salt = randomBytes(SALT_BYTES);
    const tag = await derive(password, salt, { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES }, TAG_BYTES);
    const encoded = [salt, tag].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
    return `$argon2id$v=19$m=${String(MEMORY_KIB)},t=${String(PASSES)},p=${String(LANES)}$${encoded.join('$')}`;
}
/**
 * Whether a password belongs to a hash. A hash that cannot be read never matches.
 *
 * @throws PasswordQueueFullError
 */
export async function verifyPassword(password, phc) {
    const match = PHC.exec(phc);
    if (match === null)
        return false;
    const [, memory, passes, parallelism, salt = '', tag = ''] = match;
    const expected = Buffer.from(tag, 'base64');
    const given = await derive(password, Buffer.from(salt, 'base64'), { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }, expected.length);
    return timingSafeEqual(given, expected);
}
let decoy;
/** Spends the time of a check that fails, so that an unknown user is answered no faster than a known one. */
export async function verifyAgainstNobody(password) {
    decoy ??= hashPassword(randomBytes(16).toString('hex'));
    await verifyPassword(password, await decoy);
    return false;
}
async function derive(message, nonce, parameters, tagLength) {
    await takeTurn();
    try {
        return await new Promise((done, failed) => {
            argon2('argon2id', { message, nonce, tagLength, ...parameters }, (error, key) => {
                if (error)
                    failed(error);
                else
                    done(key);
            });
        });
    }
    finally {
        const next = waiting.shift();
        // The turn passes on directly, or becomes free.
        if (next)
            next();
        else
            running -= 1;
    }
}
function takeTurn() {
    if (running < RUNNING_MAX) {
        running += 1;
        return Promise.resolve();
    }
    if (waiting.length >= WAITING_MAX)
        return Promise.reject(new PasswordQueueFullError());
    return new Promise((go) => waiting.push(go));
}
//# sourceMappingURL=password.js.map