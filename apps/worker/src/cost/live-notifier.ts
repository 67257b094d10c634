import { LIMITS } from '../limits.js';

/** Sends one payload on channel `weir_live`. */
export type SendNotify = (payload: string) => Promise<void>;

/**
 * Names the accounts that have new live events, after the commit that made them. Accounts of 20 ms go together:
 * NOTIFY takes a lock that serialises commits. A lost NOTIFY costs a listener at most its own second of polling,
 * for it reads by seq; so a failure here is told and forgotten.
 */
export class LiveNotifier {
  readonly #send: SendNotify;
  readonly #onError: (error: unknown) => void;
  #accounts = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: SendNotify, onError: (error: unknown) => void) {
    this.#send = send;
    this.#onError = onError;
  }

  /** Adds accounts to what is sent within 20 ms. */
  add(accounts: readonly string[]): void {
    for (const account of accounts) this.#accounts.add(account);
    if (this.#accounts.size === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.flush(), LIMITS.liveMergeMs);
  }

  /** Sends at once what was added. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const accounts = [...this.#accounts];
    this.#accounts = new Set();
    for (const payload of livePayloads(accounts)) {
      await this.#send(payload).catch(this.#onError);
    }
  }
}

/** Payloads `{"a":[…]}` of at most 7,500 bytes that name all the accounts. */
export function livePayloads(accounts: readonly string[]): string[] {
  // A uuid in quotes with its comma.
  const perPayload = Math.floor((LIMITS.notifyBytes - '{"a":[]}'.length) / 39);
  const payloads: string[] = [];
  for (let at = 0; at < accounts.length; at += perPayload) {
    payloads.push(JSON.stringify({ a: accounts.slice(at, at + perPayload) }));
  }
  return payloads;
}
