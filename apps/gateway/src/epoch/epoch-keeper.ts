/**
 * Keeps this process alive in the eyes of PostgreSQL. A beat a second; a new hold only while the last
 * acknowledged one, dated at its sending, is younger than TERM: so a paused or cut-off gateway stops by itself
 * long before its leases are freed. An epoch that PostgreSQL calls closed or behind (a restored database) is
 * dropped with its leases and replaced; its running requests end within their holds.
 */
import { randomUUID } from 'node:crypto';
import type { EpochOpened, MoneyFunctions } from '@weir/data';
import { elapsedMs } from '@weir/domain';
import type { BeatCall } from '@weir/domain';
import type { Clock } from './clock.js';
import { Epoch } from './epoch.js';
import type { EpochLimits } from './limits.js';

/** What the keeper calls. */
export type EpochMoney = Pick<MoneyFunctions, 'epochOpen' | 'beat' | 'leaseList' | 'epochClose'>;

/** The keeper's needs. */
export interface EpochKeeperInput {
  readonly money: EpochMoney;
  readonly journalId: string;
  readonly slot: string;
  readonly host: string;
  readonly clock: Clock;
  readonly limits: EpochLimits;
  /** A new epoch takes the holds from now on. */
  readonly onOpened: (epoch: Epoch) => void;
  /** The epoch takes no more new requests: give back what is free. */
  readonly onRetiring: (epoch: Epoch) => void;
  /** The epoch was dropped; its desk has answers for those who waited. */
  readonly onEnded: (epoch: Epoch) => void;
  /** The configuration's version, at each change. */
  readonly onConfigSeq: (seq: bigint) => void;
  readonly onFault: (cause: unknown, what: string) => void;
}

export class EpochKeeper {
  /** The epoch of new holds; null while none is open. */
  current: Epoch | null = null;
  /** Live gateways (N of the last beat). */
  gateways = 1;
  private readonly owned = new Set<Epoch>();
  private readonly timers: NodeJS.Timeout[] = [];
  private lastNowMs = Date.now();
  private configSeq = -1n;
  private beating = false;
  private opening: Promise<void> | null = null;
  private closing = false;

  constructor(private readonly input: EpochKeeperInput) {}

  /** The database's clock, whole ms since 1970: names the periods of what is held now. Never goes back. */
  nowMs(): number {
    const { current, lastNowMs } = this;
    if (current === null) return lastNowMs;
    const nowMs = Math.floor(current.beat.databaseNowMs(this.input.clock()));
    this.lastNowMs = Math.max(lastNowMs, nowMs);
    return this.lastNowMs;
  }

  /** Waits until an epoch is open, or the deadline (ms from now). */
  async opened(withinMs: number): Promise<Epoch | null> {
    if (this.current === null && this.opening !== null) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([this.opening, late]);
      clearTimeout(timer);
    }
    return this.current;
  }

  /** Epochs of this process that PostgreSQL has open. */
  get epochs(): readonly Epoch[] {
    return [...this.owned];
  }

  /** Opens the first epoch; throws when PostgreSQL cannot be asked. The older epochs of this journal are to be recovered. */
  async open(id: string): Promise<EpochOpened> {
    const { opened, epoch } = await this.openOnce(id);
    this.adoptEpoch(epoch);
    return opened;
  }

  /** Says that this process still recovers: keeps the older epochs from being released. */
  async reopen(id: string): Promise<void> {
    await this.input.money.epochOpen(this.identity(id));
  }

  /** Starts beating. */
  start(): void {
    const { beatMs, resyncMs } = this.input.limits;
    this.timers.push(
      setInterval(() => void this.beat(), beatMs),
      setInterval(() => void this.resyncAll(), resyncMs),
    );
  }

  /** Reads an epoch's lease rows again: after each unknown outcome, and each minute. */
  async resync(epoch: Epoch): Promise<void> {
    if (epoch.state === 'ended') return;
    const probe = epoch.book.beginResync();
    try {
      const rows = await this.input.money.leaseList(epoch.id);
      const state = epoch.book.finishResync(probe, rows, this.input.clock().monotonicMs);
      if (state === 'behind') this.end(epoch, 'behind');
    } catch {
      // PostgreSQL cannot be asked now: the rows are read with the next beat.
      epoch.book.resyncWanted = true;
    }
  }

  /** PostgreSQL knows this epoch no more: it is dropped with its leases, and replaced unless this process is closing. */
  end(epoch: Epoch, how: 'closed' | 'behind'): void {
    if (epoch.state === 'ended') return;
    this.drop(epoch, how);
    this.input.onFault(new Error(`PostgreSQL has it ${how}`), `epoch ${epoch.id} ended`);
    if (this.current === epoch) {
      this.current = null;
      if (!this.closing) void this.openNext();
    }
    this.input.onEnded(epoch);
  }

  /** Replaces the current epoch: new holds go to a new one, the old one is closed when its requests are confirmed. */
  async rotate(): Promise<void> {
    const before = this.current;
    await this.openNext();
    if (before !== null && this.current !== before) this.retire(before);
  }

  /** No new holds from now on. One-way: no later answer opens an epoch again. */
  stopHolding(): void {
    this.closing = true;
    this.current = null;
    for (const epoch of this.owned) this.retire(epoch);
  }

  /** Stops beating and closes every epoch without unconfirmed requests, again for answers that are lost, until the deadline (ms from now). Whether all are closed. */
  async close(withinMs: number): Promise<boolean> {
    for (const timer of this.timers) clearInterval(timer);
    const { clock, limits } = this.input;
    const startedAt = clock();
    for (;;) {
      await this.closeRetired();
      const closable = this.epochs.some((epoch) => epoch.book.drained);
      if (!closable || elapsedMs(startedAt, clock()) >= withinMs) return this.owned.size === 0;
      await new Promise((resolve) => setTimeout(resolve, limits.retryMs));
    }
  }

  /** Stops without a word, as a kill does. */
  abandon(): void {
    this.closing = true;
    for (const timer of this.timers) clearInterval(timer);
  }

  private async beat(): Promise<void> {
    if (this.beating || this.owned.size === 0) return;
    this.beating = true;
    try {
      await this.beatOnce();
      for (const epoch of this.epochs) if (epoch.book.resyncWanted) await this.resync(epoch);
      await this.closeRetired();
      this.rotateWhenOld();
    } finally {
      this.beating = false;
    }
  }

  private async beatOnce(): Promise<void> {
    const now = this.input.clock();
    const calls: { epoch: Epoch; call: BeatCall }[] = [];
    for (const epoch of this.owned) {
      const call = epoch.beat.next(now);
      if (call !== null) calls.push({ epoch, call });
    }
    try {
      const outcome = await this.input.money.beat(
        calls.map(({ epoch, call }) => [epoch.id, call.n] as const),
      );
      this.gateways = Math.max(1, outcome.gateways);
      for (const { epoch, call } of calls) {
        const state = outcome.epochs.get(epoch.id) ?? 'closed';
        if (state === 'ok') epoch.beat.answered(call, outcome.nowMs);
        else this.end(epoch, state);
      }
      this.noteConfigSeq(outcome.configSeq);
    } catch {
      // No answer: the same numbers are sent again in a second; TERM bounds how long that may go on.
      for (const { epoch, call } of calls) epoch.beat.unknown(call);
    }
  }

  private async resyncAll(): Promise<void> {
    for (const epoch of this.epochs) await this.resync(epoch);
  }

  private rotateWhenOld(): void {
    const { current, closing } = this;
    if (closing || current === null) return;
    const { clock, limits } = this.input;
    if (elapsedMs(current.openedAt, clock()) >= limits.rotateMs) void this.rotate();
  }

  private retire(epoch: Epoch): void {
    if (epoch.state !== 'open') return;
    epoch.state = 'retiring';
    this.input.onRetiring(epoch);
  }

  private async closeRetired(): Promise<void> {
    for (const epoch of this.epochs) {
      if (epoch.state !== 'retiring' || !epoch.book.drained) continue;
      try {
        await this.input.money.epochClose(epoch.id);
        this.drop(epoch, 'closed');
      } catch {
        // No answer: closing is repeated with the next beat; left open, the next start closes it.
      }
    }
  }

  private drop(epoch: Epoch, how: 'closed' | 'behind'): void {
    epoch.state = 'ended';
    epoch.desk.end(how);
    this.owned.delete(epoch);
  }

  private openNext(): Promise<void> {
    this.opening ??= this.openUntilDone().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async openUntilDone(): Promise<void> {
    const id = randomUUID();
    while (!this.isClosing()) {
      try {
        const { epoch } = await this.openOnce(id);
        // The answer may come after the shutdown began; that epoch is left to the next start.
        if (!this.isClosing()) this.adoptEpoch(epoch);
        return;
      } catch (error) {
        this.input.onFault(error, 'no epoch can be opened');
        await new Promise((resolve) => setTimeout(resolve, this.input.limits.retryMs));
      }
    }
  }

  private isClosing(): boolean {
    return this.closing;
  }

  private async openOnce(id: string): Promise<{ opened: EpochOpened; epoch: Epoch }> {
    const sentAt = this.input.clock();
    const opened = await this.input.money.epochOpen(this.identity(id));
    const epoch = new Epoch(id, sentAt, this.input.limits.termMs);
    epoch.beat.opened(sentAt, opened.nowMs);
    this.noteConfigSeq(opened.configSeq);
    return { opened, epoch };
  }

  private adoptEpoch(epoch: Epoch): void {
    this.owned.add(epoch);
    this.current = epoch;
    this.input.onOpened(epoch);
  }

  private noteConfigSeq(seq: bigint): void {
    if (seq === this.configSeq) return;
    this.configSeq = seq;
    this.input.onConfigSeq(seq);
  }

  private identity(id: string): { id: string; journal: string; slot: string; host: string } {
    const { journalId: journal, slot, host } = this.input;
    return { id, journal, slot, host };
  }
}
