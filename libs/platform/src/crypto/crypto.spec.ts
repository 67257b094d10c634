import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { apiKeyPrefix, digestApiKey, equalDigests, isApiKeyShaped, makeApiKey } from './api-key.js';
import { CredentialBox, CredentialError } from './credential-box.js';
import {
  hashPassword,
  PasswordQueueFullError,
  verifyAgainstNobody,
  verifyPassword,
} from './password.js';

describe('our API keys', () => {
  it('have the documented shape', () => {
    const key = makeApiKey();
    expect(key).toMatch(/^weir-sk-[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/);
    expect(isApiKeyShaped(key)).toBe(true);
    expect(apiKeyPrefix(key)).toBe(key.slice(0, 16));
  });

  it('refuse any single changed character before a lookup', () => {
    const key = makeApiKey();
    for (let at = 8; at < key.length; at += 1) {
      const other = key.charAt(at) === 'a' ? 'b' : 'a';
      expect(isApiKeyShaped(key.slice(0, at) + other + key.slice(at + 1))).toBe(false);
    }
  });

  it('are stored as a digest that depends on the pepper', () => {
    const key = makeApiKey();
    const digest = digestApiKey(key, 'p'.repeat(32));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(equalDigests(digest, digestApiKey(key, 'p'.repeat(32)))).toBe(true);
    expect(equalDigests(digest, digestApiKey(key, 'q'.repeat(32)))).toBe(false);
  });
});

describe('the credential box', () => {
  const old = randomBytes(32);
  const box = new CredentialBox([old]);

  it('opens what it sealed for the same row', () => {
    expect(box.open(box.seal('sk-vendor', 'row-1'), 'row-1')).toBe('sk-vendor');
  });

  it('does not open a ciphertext that was moved to another row', () => {
    expect(() => box.open(box.seal('sk-vendor', 'row-1'), 'row-2')).toThrow(CredentialError);
  });

  it('does not open an altered ciphertext', () => {
    const sealed = box.seal('sk-vendor', 'row-1');
    const last = sealed.at(-2) === 'A' ? 'B' : 'A';
    expect(() => box.open(sealed.slice(0, -2) + last + sealed.slice(-1), 'row-1')).toThrow(
      CredentialError,
    );
  });

  it('rotates: an older key opens, the newest seals', () => {
    const sealed = box.seal('sk-vendor', 'row-1');
    const rotated = new CredentialBox([randomBytes(32), old]);
    expect(rotated.open(sealed, 'row-1')).toBe('sk-vendor');
    expect(rotated.isOutdated(sealed)).toBe(true);
    const renewed = rotated.seal('sk-vendor', 'row-1');
    expect(rotated.isOutdated(renewed)).toBe(false);
    expect(() => box.open(renewed, 'row-1')).toThrow(/SECRETS_KEYS/);
  });
});

describe('passwords', () => {
  it('are argon2id in a PHC string, and verify', async () => {
    const phc = await hashPassword('correct horse');
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await verifyPassword('correct horse', phc)).toBe(true);
    expect(await verifyPassword('wrong horse', phc)).toBe(false);
    expect(await verifyPassword('correct horse', 'not a hash')).toBe(false);
    expect(await verifyAgainstNobody('correct horse')).toBe(false);
  });

  it('refuse more than the queue holds instead of piling up', async () => {
    const phc = await hashPassword('x');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, () => verifyPassword('y', phc)),
    );
    const refused = outcomes.filter(
      (outcome) =>
        outcome.status === 'rejected' && outcome.reason instanceof PasswordQueueFullError,
    );
    expect(refused).toHaveLength(80 - 2 - 64);
    expect(await verifyPassword('x', phc)).toBe(true);
  });
});
