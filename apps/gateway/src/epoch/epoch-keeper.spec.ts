import { randomUUID } from 'node:crypto';
import type { BeatOutcome, EpochState, LeaseCounters } from '@weir/data';
import { allowanceRef, EVER } from '@weir/domain';
import { eventually } from '@weir/test-kit';
import { afterEach, describe, expect, it } from 'vitest';
import type { Epoch } from './epoch.js';
import { EpochKeeper, type EpochMoney } from './epoch-keeper.js';

/** PostgreSQL as a keeper sees it. */
class FakeEpochs implements EpochMoney {
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly beats: bigint[] = [];
  readonly states = new Map<string, EpochState>();
  leases: LeaseCounters[] = [];
  silent = false;
  configSeq = 1n;

  async epochOpen({ id }: { id: string }) {
    if (this.silent) throw new Error('no answer');
    this.opened.push(id);
    return { nowMs: 1_000_000, configSeq: this.configSeq, olderEpochs: [] };
  }

  async beat(beats: readonly (readonly [string, bigint])[]): Promise<BeatOutcome> {
    for (const [, n] of beats) this.beats.push(n);
    if (this.silent) throw new Error('no answer');
    const epochs = new Map(beats.map(([id]) => [id, this.states.get(id) ?? 'ok'] as const));
    return { nowMs: 1_000_000, configSeq: this.configSeq, gateways: 3, epochs };
  }

  async leaseList() {
    return this.leases;
  }

  async epochClose(id: string) {
    this.closed.push(id);
    return true;
  }
}

let keeper: EpochKeeper | null = null;
afterEach(() => keeper?.abandon());

function make(
  money: FakeEpochs,
  more: { clock?: () => { monotonicMs: number; wallMs: number }; resyncMs?: number } = {},
) {
  const ended: Epoch[] = [];
  const seqs: bigint[] = [];
  keeper = new EpochKeeper({
    money,
    journalId: randomUUID(),
    slot: '0',
    host: 'test',
    clock: more.clock ?? (() => ({ monotonicMs: performance.now(), wallMs: Date.now() })),
    limits: {
      beatMs: 5,
      termMs: 60_000,
      rotateMs: 86_400_000,
      resyncMs: more.resyncMs ?? 10,
      retryMs: 5,
    },
    onOpened: () => undefined,
    onRetiring: () => undefined,
    onEnded: (epoch) => ended.push(epoch),
    onConfigSeq: (seq) => seqs.push(seq),
    onFault: () => undefined,
  });
  return { keeper, ended, seqs };
}

describe('an epoch keeper', () => {
  it('lets nothing be held when TERM has passed since the last acknowledged beat was sent, by either clock', async () => {
    const now = { monotonicMs: 5_000, wallMs: 9_000_000 };
    const { keeper } = make(new FakeEpochs(), { clock: () => ({ ...now }) });
    await keeper.open(randomUUID());
    const epoch = keeper.current!;
    expect(epoch.holdable({ ...now })).toBe(true);
    now.wallMs += 59_999;
    expect(epoch.holdable({ ...now })).toBe(true);
    // The machine slept: the monotonic clock stood still.
    now.wallMs += 1;
    expect(epoch.holdable({ ...now })).toBe(false);
  });

  it('repeats the number of a beat without an answer', async () => {
    const money = new FakeEpochs();
    const { keeper } = make(money);
    await keeper.open(randomUUID());
    money.silent = true;
    keeper.start();
    await eventually(() => expect(money.beats.length).toBeGreaterThan(3));
    expect(new Set(money.beats)).toEqual(new Set([1n]));
    money.silent = false;
    await eventually(() => expect(money.beats.at(-1)).toBeGreaterThan(2n));
    expect(keeper.gateways).toBe(3);
  });

  it.each(['closed', 'behind'] as const)(
    'drops an epoch that PostgreSQL calls %s and opens another',
    async (state) => {
      const money = new FakeEpochs();
      const { keeper, ended } = make(money);
      const first = randomUUID();
      await keeper.open(first);
      const epoch = keeper.current!;
      money.states.set(first, state);
      keeper.start();
      await eventually(() => expect(keeper.current?.id).not.toBe(first));
      expect(ended).toEqual([epoch]);
      expect(epoch.book.closed).toBe(true);
      await eventually(() => expect(keeper.current).not.toBeNull());
    },
  );

  it('ends an epoch whose lease rows are behind what was acknowledged', async () => {
    const money = new FakeEpochs();
    const { keeper, ended } = make(money);
    await keeper.open(randomUUID());
    const ref = allowanceRef(randomUUID(), 0, EVER);
    keeper.current!.book.adoptGranted(ref, 10n, 0);
    money.leases = [{ ...ref, granted: 9n, returned: 0n, consumed: 0n, released: 0n }];
    keeper.start();
    await eventually(() => expect(ended).toHaveLength(1));
  });

  it('adopts a grant of which it never heard', async () => {
    const money = new FakeEpochs();
    const { keeper } = make(money);
    await keeper.open(randomUUID());
    const ref = allowanceRef(randomUUID(), 0, EVER);
    money.leases = [{ ...ref, granted: 9n, returned: 0n, consumed: 0n, released: 0n }];
    keeper.start();
    await eventually(() => expect(keeper.current?.book.free(ref)).toBe(9n));
  });

  it('closes a rotated epoch only when its requests are confirmed', async () => {
    const money = new FakeEpochs();
    const { keeper } = make(money, { resyncMs: 60_000 });
    const first = randomUUID();
    await keeper.open(first);
    const epoch = keeper.current!;
    const ref = allowanceRef(randomUUID(), 0, EVER);
    epoch.book.adoptGranted(ref, 10n, 0);
    const refs = [ref, ref, ref, ref, ref, ref, ref];
    const hold = epoch.book.tryHold(
      { account: 'a', refs, cappedKinds: 1, costNano: 4n, tokens: 0n },
      0,
    )!;
    await keeper.rotate();
    expect(keeper.current?.id).not.toBe(first);
    keeper.start();
    const beats = money.beats.length;
    await eventually(() => expect(money.beats.length).toBeGreaterThan(beats + 4));
    expect(money.closed).toEqual([]);
    epoch.book.end(hold, 4n, 0n);
    epoch.book.confirm(hold);
    await eventually(() => expect(money.closed).toEqual([first]));
  });

  it('opens no epoch any more once it stopped holding', async () => {
    const money = new FakeEpochs();
    const { keeper } = make(money);
    const first = randomUUID();
    await keeper.open(first);
    keeper.stopHolding();
    money.states.set(first, 'closed');
    keeper.start();
    await eventually(() => expect(keeper.epochs).toEqual([]));
    expect(money.opened).toEqual([first]);
    expect(keeper.current).toBeNull();
  });

  it('tells each new version of the configuration once', async () => {
    const money = new FakeEpochs();
    const { keeper, seqs } = make(money);
    await keeper.open(randomUUID());
    keeper.start();
    money.configSeq = 2n;
    await eventually(() => expect(seqs).toEqual([1n, 2n]));
  });
});
