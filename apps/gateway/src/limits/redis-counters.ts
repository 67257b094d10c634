import { WINDOW_BUCKETS, type BucketUse } from '@weir/domain';
import type { RedisLink } from '@weir/platform';
import { z } from 'zod';
import { ENTER, LEAVE, RENEW, SEED } from './counter-scripts.js';
import type { SharedCounters } from './key-limiter.js';
import type { LimitGrant } from './limit-grant.js';
import type { KeyLimits, LimitRule } from './limit-rules.js';
import { amountFor, type RuleReading, type Verdict } from './limit-verdict.js';
import { inBuckets } from './local-counters.js';

/** A slot is free this long after its gateway died. */
const SLOT_LEASE_MS = 60_000;
/** Slots that still run are renewed this often. */
const RENEW_MS = 20_000;

/** What `ENTER` answers where a lasting window is missing. */
const UNSEEDED = 2;

const numbers = z.array(z.number());

/** Limits counted in Redis: exact over all gateways. One round trip for a request, none of it waited for at its end. */
export class RedisCounters implements SharedCounters {
  readonly #link: RedisLink;
  readonly #prefix: string;
  /** Slots of this process by the counter of what runs now. */
  readonly #slots = new Map<string, Set<string>>();
  readonly #renewal: NodeJS.Timeout;

  /** @param prefix first part of every key, so that installations can share a Redis */
  constructor(link: RedisLink, prefix = 'weir:limit') {
    this.#link = link;
    this.#prefix = prefix;
    this.#renewal = setInterval(() => {
      this.renew();
    }, RENEW_MS);
    this.#renewal.unref();
  }

  get up(): boolean {
    return this.#link.up;
  }

  get generation(): number {
    return this.#link.generation;
  }

  async enter(limits: KeyLimits, slot: string, tokens: number): Promise<Verdict | null> {
    const { rules } = limits;
    const values = rules.flatMap((rule) => [bucketMsOf(rule), rule.limit, amountFor(rule, tokens)]);
    const names = this.#names(limits);
    const said = await this.#link.run(ENTER, names, [slot, SLOT_LEASE_MS, ...values]);
    const answer = numbers.parse(said);
    if (answer[0] === UNSEEDED) return null;
    const verdict = verdictOf(rules, answer);
    if (verdict.admitted) {
      rules.forEach((rule, i) => {
        if (rule.windowMs === 0) this.#slotsOf(names[i] ?? '').add(slot);
      });
    }
    return verdict;
  }

  leave(grant: LimitGrant, deltas: readonly number[]): void {
    const { limits, slot, sharedBuckets } = grant;
    const names = this.#names(limits);
    for (const name of names) this.#forgetSlot(name, slot);
    if (!limits.rules.some(({ windowMs }, i) => windowMs === 0 || deltas[i] !== 0)) return;
    const values = limits.rules.flatMap((rule, i) => [
      bucketMsOf(rule),
      sharedBuckets?.[i] ?? 0,
      deltas[i] ?? 0,
    ]);
    // Away: the slot's lease ends by itself, and an estimate that was too high leaves with its minute.
    this.#link.run(LEAVE, names, [slot, ...values]).catch(() => undefined);
  }

  async seed(limits: KeyLimits, minutes: readonly BucketUse[]): Promise<void> {
    const names = this.#names(limits);
    await Promise.all(
      limits.rules.map(async (rule, i) => {
        if (!rule.lasting) return;
        const values = inBuckets(rule, minutes).flatMap(({ bucket, amount }) => [bucket, amount]);
        await this.#link.run(SEED, [names[i] ?? ''], [bucketMsOf(rule), ...values]);
      }),
    );
  }

  /** Prolongs the leases of what runs here. */
  renew(): void {
    for (const [name, slots] of this.#slots) {
      // Away: the next renewal comes before a lease ends, or the slots are no longer counted.
      this.#link.run(RENEW, [name], [SLOT_LEASE_MS, ...slots]).catch(() => undefined);
    }
  }

  stop(): void {
    clearInterval(this.#renewal);
  }

  /** The braces make all counters of an account one hash slot of a Redis cluster. */
  #names({ account, rules }: KeyLimits): string[] {
    return rules.map(({ counter }) => `${this.#prefix}:{${account}}:${counter}`);
  }

  #slotsOf(name: string): Set<string> {
    const found = this.#slots.get(name);
    if (found !== undefined) return found;
    const fresh = new Set<string>();
    this.#slots.set(name, fresh);
    return fresh;
  }

  #forgetSlot(name: string, slot: string): void {
    const slots = this.#slots.get(name);
    slots?.delete(slot);
    if (slots?.size === 0) this.#slots.delete(name);
  }
}

function bucketMsOf(rule: LimitRule): number {
  return rule.windowMs / WINDOW_BUCKETS;
}

/** Reads the script's flat answer: 1 or 0, then four figures per rule. */
function verdictOf(rules: readonly LimitRule[], answer: readonly number[]): Verdict {
  const figure = (rule: number, place: number): number => answer[1 + rule * 4 + place] ?? 0;
  const readings = rules.map((_, i): RuleReading => {
    const waitMs = figure(i, 1);
    return { used: figure(i, 0), waitMs: waitMs < 0 ? null : waitMs, emptyMs: figure(i, 2) };
  });
  return {
    admitted: answer[0] === 1,
    readings,
    buckets: rules.map((_, i) => figure(i, 3)),
  };
}
