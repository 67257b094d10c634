import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
const PREFIX = 'weir-sk-';
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const DISPLAY_LENGTH = 16;
const SHAPE = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{${String(SECRET_LENGTH)}}[0-9A-Za-z]{${String(CHECKSUM_LENGTH)}}$`);
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** A new key of ours: `weir-sk-`, 256 random bits in base64url, a checksum of six characters. Shown once. */
export function makeApiKey() {
    const body = PREFIX + randomBytes(32).toString('base64url');
    return body + checksum(body);
}
/**
 * Whether a text can be one of our keys: shape and checksum. Typing errors and foreign keys end here, before any
 * lookup; it proves nothing about who sent it.
 */
export function isApiKeyShaped(text) {
    if (!SHAPE.test(text))
        return false;
    return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}
/** The first 16 characters, all that is ever shown of a key again. */
export function apiKeyPrefix(key) {
    return key.slice(0, DISPLAY_LENGTH);
}
/** What is stored of a key: HMAC-SHA256 under the pepper, 64 hex characters. */
export function digestApiKey(key, pepper) {
    return createHmac('sha256', pepper).update(key).digest('hex');
}
/** Compares two digests in constant time. */
export function equalDigests(a, b) {
    return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
/** CRC-32 as six base62 characters; 62⁶ > 2³². */
function checksum(body) {
    let rest = crc32(body);
    let text = '';
    for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
        text = BASE62.charAt(rest % 62) + text;
        rest = Math.floor(rest / 62);
    }
    return text;
}
//# sourceMappingURL=api-key.js.map