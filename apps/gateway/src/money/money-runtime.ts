/**
 * The parts of the money path of one process, from its first lock to its last: slot → epoch → recovery → requests
 * → shutdown. Started in this order, each step may be killed and repeated; stopped in the reverse, it either
 * closes its epoch with everything confirmed or leaves it to the next start.
 */
import { randomUUID } from 'node:crypto';
import type { MoneyFunctions } from '@weir/data';
import { allowanceRef } from '@weir/domain';
import type { AllowanceRef } from '@weir/domain';
import { processClock, type Clock } from '../epoch/clock.js';
import type { Epoch } from '../epoch/epoch.js';
import { EpochKeeper } from '../epoch/epoch-keeper.js';
import { EPOCH_LIMITS, type EpochLimits } from '../epoch/limits.js';
import { Journal } from '../journal/journal.js';
import { JOURNAL_LIMITS, type JournalLimits } from '../journal/limits.js';
import type { JournalSync } from '../journal/record-writer.js';
import { lockFreeSlot, type Slot } from '../journal/slot.js';
import { recoverOrphans } from '../recovery/recover-orphans.js';
import { segmentNames } from '../recovery/read-slot.js';
import { recoverSlot, type Recovered } from '../recovery/recover-slot.js';
import type { RecoveryReads } from '../recovery/recovery-database.js';
import { SETTLEMENT_LIMITS, type SettlementLimits } from '../settlement/limits.js';
import { Settler, type SendJob } from '../settlement/settler.js';
import type { AllowanceReads } from './allowance-reads.js';
import { LeaseReturner } from './lease-returner.js';
import { LeaseRunner } from './lease-runner.js';
import { MONEY_LIMITS, type MoneyLimits } from './limits.js';
import type { RunningRequest } from './running-request.js';

/** Fan-out between processes, as far as money needs it. */
export interface MoneyBus {
  notify(channel: string, payload: Readonly<Record<string, unknown>>): void;
  subscribe(channel: string, handler: (payload: unknown) => void): Promise<void>;
}

/** Everything the money path needs from outside. */
export interface MoneyDeps {
  readonly money: MoneyFunctions;
  readonly reads: RecoveryReads & AllowanceReads;
  readonly bus: MoneyBus;
  readonly send: SendJob;
  /** Folder of all slots on this host. */
  readonly journalRoot: string;
  readonly journalSync: JournalSync;
  readonly host: string;
  readonly failpoint: (name: string) => void | Promise<void>;
  readonly onFault: (cause: unknown, what: string) => void;
  readonly onRecovered: (recovered: Recovered) => void;
  readonly clock?: Clock;
  readonly limits?: {
    readonly money?: Partial<MoneyLimits>;
    readonly epoch?: Partial<EpochLimits>;
    readonly journal?: Partial<JournalLimits>;
    readonly settlement?: Partial<SettlementLimits>;
  };
}

/** What the runtime tells the money path. */
export interface RuntimeEvents {
  readonly onConfirmed: (requests: readonly (RunningRequest | null)[]) => void;
  readonly onConfigSeq: (seq: bigint) => void;
}

export class MoneyRuntime {
  readonly keeper: EpochKeeper;
  readonly runner: LeaseRunner;
  readonly returner: LeaseReturner;
  readonly journal: Journal;
  readonly settler: Settler<RunningRequest | null>;
  readonly limits: MoneyLimits;
  private readonly clock: Clock;
  private readonly slot: Slot;
  private readonly firstEpoch = randomUUID();
  private readonly timers: NodeJS.Timeout[] = [];
  private recovering: Promise<void> = Promise.resolve();
  private stopping: Promise<boolean> | null = null;
  private closing = false;

  private constructor(
    private readonly deps: MoneyDeps,
    private readonly events: RuntimeEvents,
  ) {
    const { limits, money } = deps;
    this.limits = { ...MONEY_LIMITS, ...limits?.money };
    this.clock = deps.clock ?? processClock;
    this.slot = lockFreeSlot(deps.journalRoot);
    this.keeper = this.makeKeeper();
    this.returner = new LeaseReturner({
      money,
      retryMs: this.limits.retryMs,
      onClosed: (epoch) => this.keeper.end(epoch, 'closed'),
    });
    this.runner = this.makeRunner();
    this.settler = new Settler(this.firstEpoch, {
      money,
      send: deps.send,
      publishLive: (accounts) => this.publishLive(accounts),
      onConfirmed: events.onConfirmed,
      onStep: (step) => void deps.failpoint(step === 'sent' ? 'FP10' : 'FP9'),
      onFault: deps.onFault,
      limits: { ...SETTLEMENT_LIMITS, ...limits?.settlement },
    });
    this.journal = new Journal({
      slot: this.slot,
      epoch: this.firstEpoch,
      sync: deps.journalSync,
      limits: { ...JOURNAL_LIMITS, ...limits?.journal },
      onFault: deps.onFault,
    });
  }

  /** Locks a slot, opens an epoch, recovers what a dead process left; resolves when requests may come. */
  static async start(deps: MoneyDeps, events: RuntimeEvents): Promise<MoneyRuntime> {
    const runtime = new MoneyRuntime(deps, events);
    await runtime.begin();
    return runtime;
  }

  /** Whether new requests are taken, as far as journal and memory are concerned. */
  get accepting(): boolean {
    return !this.closing && this.journal.writable && this.settler.roomy;
  }

  /** Whether a hold could be taken at this instant. */
  get ready(): boolean {
    const { current } = this.keeper;
    return this.accepting && current !== null && current.holdable(this.clock());
  }

  /** Whether the request's epoch still lets it dispatch (TERM, again). */
  dispatchable(epoch: Epoch): boolean {
    return epoch.dispatchable(this.clock());
  }

  /** No new holds; running requests go on. One-way. */
  stopAdmitting(): void {
    this.closing = true;
  }

  /** After the last request ended: settles, gives back, closes the epoch. Whether nothing is left to the next start. */
  shutdown(): Promise<boolean> {
    this.stopping ??= this.stop();
    return this.stopping;
  }

  /** Stops as a kill does: nothing is flushed, settled or given back. For tests of recovery. */
  abandon(): void {
    this.closing = true;
    for (const timer of this.timers) clearInterval(timer);
    this.keeper.abandon();
    this.runner.abandon();
    this.settler.stop();
    this.journal.abandon();
    this.slot.unlock();
  }

  /** NOTIFY `weir_live` after a settlement of our own. */
  publishLive(accounts: readonly string[]): void {
    if (accounts.length > 0) this.deps.bus.notify('weir_live', { a: [...accounts] });
  }

  private async stop(): Promise<boolean> {
    this.closing = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.recovering;
    const epochs = this.keeper.epochs;
    this.keeper.stopHolding();
    const drained = await this.settler.drain(this.limits.drainMs);
    this.settler.stop();
    if (drained) await Promise.all(epochs.map((epoch) => this.giveBackAll(epoch)));
    const closed = await this.keeper.close(this.limits.drainMs);
    this.runner.abandon();
    await this.journal.close();
    this.slot.unlock();
    return drained && closed;
  }

  private async begin(): Promise<void> {
    const names = (await segmentNames(this.slot.folder)).filter(
      (name) => !name.startsWith(this.firstEpoch),
    );
    const olderEpochs = await this.openFirst();
    this.keeper.start();
    await this.deps.bus.subscribe('weir_reclaim', (payload) => this.onReclaim(payload));
    await this.deps.bus.subscribe('weir_credit', (payload) => this.onCredit(payload));
    this.recovering = this.recover(names, olderEpochs);
    await this.recoveredWithin(this.limits.recoveryWaitMs);
    this.timers.push(
      setInterval(() => this.giveBackIdle(), this.limits.idleCheckMs),
      setInterval(() => this.lookForOrphans(), this.limits.orphansMs),
    );
    this.lookForOrphans();
  }

  private async openFirst(): Promise<readonly string[]> {
    for (;;) {
      try {
        return (await this.keeper.open(this.firstEpoch)).olderEpochs;
      } catch (error) {
        if (this.closing) throw error;
        this.deps.onFault(error, 'waiting for PostgreSQL to open an epoch');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  private async recover(names: readonly string[], olderEpochs: readonly string[]): Promise<void> {
    try {
      const recovered = await recoverSlot({
        folder: this.slot.folder,
        names,
        olderEpochs,
        keepAlive: () => this.keeper.reopen(this.firstEpoch),
        ...this.recovery(),
      });
      this.deps.onRecovered(recovered);
    } catch (error) {
      // Cancelled by a shutdown, or a disk that cannot be read: the segments stay for the next start.
      this.deps.onFault(error, 'recovery was not completed');
    }
  }

  private async recoveredWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.recovering, late]);
    clearTimeout(timer);
  }

  private lookForOrphans(): void {
    if (this.closing) return;
    this.recovering = this.recovering.then(() =>
      recoverOrphans({
        root: this.deps.journalRoot,
        host: this.deps.host,
        money: this.deps.money,
        onRecovered: this.deps.onRecovered,
        recovery: this.recovery(),
      }),
    );
  }

  private recovery(): Pick<
    Parameters<typeof recoverSlot>[0],
    'money' | 'reads' | 'publishLive' | 'cancelled' | 'onFault'
  > {
    return {
      money: this.deps.money,
      reads: this.deps.reads,
      publishLive: (accounts) => this.publishLive(accounts),
      cancelled: () => this.closing,
      onFault: this.deps.onFault,
    };
  }

  private makeKeeper(): EpochKeeper {
    return new EpochKeeper({
      money: this.deps.money,
      journalId: this.slot.journalId,
      slot: this.slot.name,
      host: this.deps.host,
      clock: this.clock,
      limits: { ...EPOCH_LIMITS, ...this.deps.limits?.epoch },
      onOpened: (epoch) => this.useEpoch(epoch),
      onRetiring: (epoch) => void this.giveBackAll(epoch),
      onEnded: (epoch) => this.runner.perform(epoch),
      onConfigSeq: (seq) => {
        const { current } = this.keeper;
        if (current !== null) this.runner.forgetRefusals(current);
        this.events.onConfigSeq(seq);
      },
      onFault: this.deps.onFault,
    });
  }

  private makeRunner(): LeaseRunner {
    return new LeaseRunner({
      money: this.deps.money,
      clock: this.clock,
      limits: this.limits,
      gateways: () => this.keeper.gateways,
      reclaim: ({ owner, kind, period }) =>
        this.deps.bus.notify('weir_reclaim', { o: owner, k: kind, p: period }),
      onEnded: (epoch, how) => this.keeper.end(epoch, how),
    });
  }

  private useEpoch(epoch: Epoch): void {
    if (epoch.id === this.firstEpoch) return;
    this.journal.startEpoch(epoch.id);
    this.settler.startEpoch(epoch.id);
  }

  private onReclaim(payload: unknown): void {
    const ref = readReclaim(payload);
    if (ref === null) return;
    for (const epoch of this.keeper.epochs) {
      if (epoch.book.giveBack(ref)) void this.returner.send(epoch);
    }
  }

  private onCredit(payload: unknown): void {
    const owner = ownerIn(payload);
    const { current } = this.keeper;
    if (owner !== null && current !== null) this.runner.forgetRefusals(current, owner);
  }

  private giveBackIdle(): void {
    const { monotonicMs } = this.clock();
    for (const epoch of this.keeper.epochs) {
      if (epoch.book.giveBackIdle(monotonicMs)) void this.returner.send(epoch);
    }
  }

  private giveBackAll(epoch: Epoch): Promise<void> {
    epoch.book.giveBackAll();
    return this.returner.send(epoch);
  }
}

/** NOTIFY payloads are hints from our own processes, yet parsed like anything from outside. */
function ownerIn(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('o' in payload)) return null;
  return typeof payload.o === 'string' ? payload.o : null;
}

function readReclaim(payload: unknown): AllowanceRef | null {
  const owner = ownerIn(payload);
  if (owner === null || typeof payload !== 'object' || payload === null) return null;
  if (!('k' in payload) || !('p' in payload) || typeof payload.p !== 'string') return null;
  switch (payload.k) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return allowanceRef(owner, payload.k, payload.p);
    default:
      return null;
  }
}
