import { describe, expect, it } from 'vitest';
import { anyKey } from '../testing/proxy-harness.js';
import { KeyCache, LookupsExhaustedError } from './key-cache.js';
import type { KeyEntry } from './key-entry.js';

const limits = { keysMax: 3, unknownKeysMax: 3, unknownKeyMs: 100, lookupsMax: 2 };
const keyOf = (id: string): KeyEntry => anyKey({ id, account: `account-of-${id}` });

describe('the cache of keys', () => {
  it('never confuses keys that share their beginning', async () => {
    const shared = 'a'.repeat(40);
    const cache = new KeyCache((digest) => Promise.resolve(keyOf(digest)), limits);
    await cache.load(`${shared}1`, 0);
    expect(cache.peek(`${shared}2`, 0)).toBeUndefined();
    expect((await cache.load(`${shared}2`, 0))?.id).toBe(`${shared}2`);
    expect(cache.peek(`${shared}1`, 0)?.id).toBe(`${shared}1`);
  });

  it('keeps memory flat under guessed keys', async () => {
    const cache = new KeyCache(() => Promise.resolve(null), limits);
    for (let n = 0; n < 1_000; n += 1) await cache.load(`guess-${String(n)}`, 0);
    expect(cache.unknownSize).toBeLessThanOrEqual(3);
    expect(cache.size).toBe(0);
  });

  it('drops the oldest key when full', async () => {
    const cache = new KeyCache((digest) => Promise.resolve(keyOf(digest)), limits);
    for (const digest of ['a', 'b', 'c', 'd']) await cache.load(digest, 0);
    expect(cache.size).toBe(3);
    expect(cache.peek('a', 0)).toBeUndefined();
  });

  it('asks again for an unknown key after a while', async () => {
    let known = false;
    const cache = new KeyCache((digest) => Promise.resolve(known ? keyOf(digest) : null), limits);
    expect(await cache.load('a', 0)).toBeNull();
    known = true;
    expect(cache.peek('a', 50)).toBeNull();
    expect(cache.peek('a', 150)).toBeUndefined();
  });

  it('asks once for many requests of one key, and refuses more questions than it may ask', async () => {
    let asked = 0;
    const answer: ((entry: KeyEntry) => void)[] = [];
    const cache = new KeyCache(() => {
      asked += 1;
      return new Promise((resolve) => answer.push(resolve));
    }, limits);
    const same = [cache.load('a', 0), cache.load('a', 0)];
    const other = cache.load('b', 0);
    await expect(cache.load('c', 0)).rejects.toThrow(LookupsExhaustedError);
    expect(asked).toBe(2);
    for (const resolve of answer) resolve(keyOf('x'));
    await Promise.all([...same, other]);
  });

  it('does not keep an answer that was on its way during a change', async () => {
    const answers = [keyOf('old'), keyOf('new')];
    const cache = new KeyCache(async () => {
      const answer = answers.shift() ?? null;
      if (answer?.id === 'old') cache.forgetAll();
      await Promise.resolve();
      return answer;
    }, limits);
    expect((await cache.load('a', 0))?.id).toBe('new');
    expect(cache.peek('a', 0)).toBeUndefined();
  });
});
