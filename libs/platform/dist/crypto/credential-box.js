/**
 * Encrypts providers' credentials at rest: AES-256-GCM with a random 96-bit nonce. The row's id is authenticated
 * with the text, so a ciphertext moved to another row does not open. Several keys may open, the newest seals, so
 * keys rotate while everything runs. Sealed text: `v1.<key id>.<nonce>.<ciphertext and tag>`, base64url.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';
/** A sealed text that does not open: another row's, damaged, or sealed by a key that is not given any more. */
export class CredentialError extends Error {
    constructor(message, options) {
        super(message, options);
        this.name = 'CredentialError';
    }
}
/** Seals and opens credentials with the installation's keys. */
export class CredentialBox {
    #keys;
    /** `keys`: 32 bytes each, newest first; see `WeirConfig.secretsKeys`. */
    constructor(keys) {
        if (keys.length === 0)
            throw new Error('CredentialBox needs a key.');
        this.#keys = keys.map((key) => ({ id: keyId(key), key }));
    }
    /** Encrypts `plaintext` for the row `rowId` with the newest key. */
    seal(plaintext, rowId) {
        const newest = this.#keys[0];
        if (newest === undefined)
            throw new Error('CredentialBox needs a key.');
        const nonce = randomBytes(NONCE_BYTES);
        const cipher = createCipheriv(ALGORITHM, newest.key, nonce, { authTagLength: TAG_BYTES });
        cipher.setAAD(additionalData(newest.id, rowId));
        const sealed = Buffer.concat([
            cipher.update(plaintext, 'utf8'),
            cipher.final(),
            cipher.getAuthTag(),
        ]);
        return [VERSION, newest.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    }
    /**
     * Decrypts what `seal` made for the same row.
     *
     * @throws CredentialError
     */
    open(sealedText, rowId) {
        const [version, id = '', nonce = '', body = '', ...rest] = sealedText.split('.');
        if (version !== VERSION || rest.length > 0)
            throw new CredentialError('The credential is not sealed text.');
        const known = this.#keys.find((candidate) => candidate.id === id);
        if (known === undefined) {
            throw new CredentialError(`The credential was sealed by key ${id}, which SECRETS_KEYS does not hold.`);
        }
        const bytes = Buffer.from(body, 'base64url');
        try {
            const decipher = createDecipheriv(ALGORITHM, known.key, Buffer.from(nonce, 'base64url'), {
                authTagLength: TAG_BYTES,
            });
            decipher.setAAD(additionalData(id, rowId));
            decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
            return Buffer.concat([
                decipher.update(bytes.subarray(0, -TAG_BYTES)),
                decipher.final(),
            ]).toString('utf8');
        }
        catch (cause) {
            // GCM says only that something differs: key, row, nonce or text.
            throw new CredentialError('The credential does not belong to this row or was altered.', {
                cause,
            });
        }
    }
    /** Whether a sealed text should be sealed again, because a newer key is there. */
    isOutdated(sealedText) {
        return sealedText.split('.')[1] !== this.#keys[0]?.id;
    }
}
function keyId(key) {
    return createHash('sha256').update('weir kek id').update(key).digest('hex').slice(0, 8);
}
function additionalData(id, rowId) {
    return Buffer.from(`${VERSION}.${id}.${rowId}`);
}
//# sourceMappingURL=credential-box.js.map