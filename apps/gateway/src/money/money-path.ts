/**
 * The money path as a request sees it. Warm, everything here is synchronous and touches memory and one file:
 * admit holds on leases, begin and end write the journal, settlement follows in batches. The rules that keep a
 * balance from being overspent are in ../../../../docs/reference/money-path.md.
 */
import type { SettleRow } from '@weir/contracts';
import { Admitter } from './admitter.js';
import { HeldAccounts } from './held-accounts.js';
import type {
  Admission,
  BeginRecord,
  Beginning,
  Charged,
  EndRecord,
  Finishing,
  Hold,
  HoldInput,
  MoneyPathApi,
  ProgressUsage,
} from './money-path.types.js';
import { MoneyRuntime, type MoneyDeps } from './money-runtime.js';
import { RequestLife } from './request-life.js';
import { writeRow } from '../settlement/row-text.js';

const NO_HOLDS = ['0', '0', '0', '0', '0', '0', '0'];

/** Figures for the metrics. */
export interface MoneyBacklog {
  /** Ended requests that PostgreSQL has not confirmed. */
  readonly unsettled: number;
  /** Bytes of segments that wait for confirmations. */
  readonly journalBytes: number;
  readonly segments: number;
}

export class MoneyPath implements MoneyPathApi {
  private runtime: MoneyRuntime | null = null;
  private readonly held = new HeldAccounts();
  private readonly admitter: Admitter;
  private readonly life: RequestLife;
  private readonly configListeners = new Set<(seq: bigint) => void>();
  private lastEpoch = '';

  constructor(private readonly deps: MoneyDeps) {
    this.admitter = new Admitter(() => this.runtime, this.held, deps.reads);
    this.life = new RequestLife(() => this.runtime, this.held, deps);
  }

  /** Locks a journal slot, opens an epoch, recovers; resolves when requests may come (after 5 s of recovery at most). */
  async start(): Promise<void> {
    this.runtime = await MoneyRuntime.start(this.deps, {
      onConfirmed: (requests) => this.life.confirmed(requests),
      onConfigSeq: (seq) => {
        for (const listener of this.configListeners) listener(seq);
      },
    });
  }

  /** Calls back with the configuration's version, at each change a beat shows. */
  onConfigSeq(listener: (seq: bigint) => void): void {
    this.configListeners.add(listener);
  }

  /** No new holds from now on; running requests go on. */
  stopAdmitting(): void {
    this.runtime?.stopAdmitting();
  }

  /** After the last request ended. Whether nothing is left for the next start to recover. */
  async shutdown(): Promise<boolean> {
    return (await this.runtime?.shutdown()) ?? true;
  }

  /** Ends as a kill does. For tests of recovery. */
  abandon(): void {
    this.runtime?.abandon();
    this.runtime = null;
  }

  get ready(): boolean {
    return this.runtime?.ready ?? false;
  }

  /** What waits for settlement. */
  get backlog(): MoneyBacklog {
    const { runtime } = this;
    return {
      unsettled: runtime?.settler.unconfirmed ?? 0,
      journalBytes: runtime?.journal.liveBytes ?? 0,
      segments: runtime?.journal.liveSegments ?? 0,
    };
  }

  /** The epoch of new requests; null while none is open. Names this gateway's row of the pulse. */
  get epoch(): string | null {
    return this.runtime?.keeper.current?.id ?? null;
  }

  nowMs(): number {
    return this.runtime?.keeper.nowMs() ?? Date.now();
  }

  admit(input: HoldInput): Admission | Promise<Admission> {
    return this.admitter.admit(input);
  }

  affordableNano(account: string): bigint | null {
    return this.admitter.affordableNano(account);
  }

  queryAffordableNano(account: string): Promise<bigint | null> {
    return this.admitter.queryAffordableNano(account);
  }

  begin(hold: Hold, record: BeginRecord): boolean | Promise<boolean> {
    return this.life.begin(hold, record);
  }

  commitTurn(begins: readonly Beginning[], ends: readonly Finishing[]): void {
    this.life.commitTurn(begins, ends);
  }

  attempt(hold: Hold, candidateIndex: number): void {
    this.life.attempt(hold, candidateIndex);
  }

  progress(hold: Hold, usage: ProgressUsage): void {
    this.life.progress(hold, usage);
  }

  extend(hold: Hold, costNano: bigint, tokens: bigint): boolean | Promise<boolean> {
    return this.life.extend(hold, costNano, tokens);
  }

  void(hold: Hold): void {
    this.life.void(hold);
  }

  end(hold: Hold, record: EndRecord): Charged | Promise<Charged> {
    return this.life.end(hold, record);
  }

  recordRefusal(
    row: Omit<
      SettleRow,
      'epoch' | 'holds' | 'tokens' | 'cost_nano' | 'absorbed_nano' | 'exposure_nano'
    >,
  ): void {
    const { runtime } = this;
    this.lastEpoch = this.epoch ?? this.lastEpoch;
    // Refusals cost nothing: where memory is short, or nothing was ever open, they are left out.
    if (runtime === null || !runtime.settler.roomy || this.lastEpoch === '') return;
    const zero = { tokens: '0', cost_nano: '0', absorbed_nano: '0', exposure_nano: '0' };
    const whole = { ...row, epoch: this.lastEpoch, holds: NO_HOLDS, ...zero };
    runtime.settler.add(writeRow(whole), null);
  }

  heldByAccount(): ReadonlyMap<string, bigint> {
    return this.held.snapshot();
  }
}
