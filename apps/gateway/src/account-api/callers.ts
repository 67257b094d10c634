import type { IncomingMessage } from 'node:http';
import { keyProblem, secretOf } from '../authenticate/authenticate.js';
import type { KeyEntry } from '../config-cache/key-entry.js';
import type { ProxyServices } from '../proxy-services.js';
import { AccountRefusal } from './refusal.js';

/** Questions to PostgreSQL at once; more wait in nobody's memory but are told to come again. */
const RUNNING_MAX = 32;
const STORAGE_RETRY_S = 2;

/** Who calls the account API, by the very key cache and rules of the hot path; and how many may at once. */
export class Callers {
  #running = 0;

  constructor(private readonly services: () => ProxyServices) {}

  /**
   * Runs the work of one call of a known key.
   *
   * @throws AccountRefusal with the code that any other path would answer
   */
  async serve<T>(req: IncomingMessage, work: (key: KeyEntry) => Promise<T>): Promise<T> {
    const key = await this.keyOf(req);
    if (this.#running >= RUNNING_MAX) throw new AccountRefusal('overloaded', { retryAfterS: 1 });
    this.#running += 1;
    try {
      return await work(key);
    } finally {
      this.#running -= 1;
    }
  }

  private async keyOf(req: IncomingMessage): Promise<KeyEntry> {
    const { keys, freshness, digestOf, facts, money } = this.services();
    const secret = secretOf(req.headers);
    if (secret === null) throw new AccountRefusal('api_key_required');
    const nowMs = performance.now();
    if (!freshness.mayServe(nowMs)) throw storageUnavailable();
    const digest = digestOf(req.socket, secret);
    if (digest === null) throw new AccountRefusal('invalid_api_key');
    const key = keys.peek(digest, nowMs) ?? (await this.loaded(digest, nowMs));
    if (key === null) throw new AccountRefusal('invalid_api_key');
    const problem = keyProblem(key, money.nowMs());
    if (problem !== null) throw new AccountRefusal(problem);
    if (key.addressRules?.permits(facts.addressOf(req)) === false) {
      throw new AccountRefusal('ip_not_allowed');
    }
    return key;
  }

  private async loaded(digest: string, nowMs: number): Promise<KeyEntry | null> {
    const { keys } = this.services();
    if (keys.peek(digest, nowMs) === null) return null;
    try {
      return await keys.load(digest, nowMs);
    } catch {
      // PostgreSQL cannot answer: an unknown key is not a wrong key, so never 401.
      throw storageUnavailable();
    }
  }
}

/** PostgreSQL does not answer in time. */
export function storageUnavailable(): AccountRefusal {
  return new AccountRefusal('storage_unavailable', { retryAfterS: STORAGE_RETRY_S });
}
