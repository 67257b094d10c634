/**
 * The money path as a request sees it. Warm, everything here is synchronous and touches memory and one file:
 * admit holds on leases, begin and end write the journal, settlement follows in batches. The rules that keep a
 * balance from being overspent are in ../../../docs/reference/money-path.md.
 */
import { allowanceId, BALANCE, EVER, invariant } from '@weir/domain';
import type { HoldNeeds } from '@weir/domain';
import type { SettleRow } from '@weir/contracts';
import type { Epoch } from '../epoch/epoch.js';
import { attemptText, beginText, endText, progressText, voidText } from '../journal/record-text.js';
import { settleDirectly } from '../settlement/settle-directly.js';
import { chargeOf, exceedsHold, rowOf } from './charge.js';
import { HeldAccounts } from './held-accounts.js';
import type { Waited } from './lease-runner.js';
import type {
  Admission,
  BeginRecord,
  Charged,
  EndRecord,
  Hold,
  HoldInput,
  MoneyPathApi,
  ProgressUsage,
} from './money-path.types.js';
import { MoneyRuntime, type MoneyDeps } from './money-runtime.js';
import { refusalOf, refuseByStorage } from './refusal.js';
import { requestId } from './request-id.js';
import { RequestRefs } from './request-refs.js';
import { RunningRequest } from './running-request.js';

/** How long a new request waits for an epoch, ms, when PostgreSQL has just closed ours. */
const EPOCH_WAIT_MS = 1_500;
const NO_HOLDS = ['0', '0', '0', '0', '0', '0', '0'];

export class MoneyPath implements MoneyPathApi {
  private runtime: MoneyRuntime | null = null;
  private readonly refs = new RequestRefs();
  private readonly held = new HeldAccounts();
  private readonly configListeners = new Set<(seq: bigint) => void>();
  private lastEpoch = '';

  constructor(private readonly deps: MoneyDeps) {}

  /** Locks a journal slot, opens an epoch, recovers; resolves when requests may come (after 5 s of recovery at most). */
  async start(): Promise<void> {
    this.runtime = await MoneyRuntime.start(this.deps, {
      onConfirmed: (requests) => this.confirmed(requests),
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

  /** Ended requests that PostgreSQL has not confirmed; bytes and files of the journal: for the metrics. */
  get backlog(): {
    readonly unsettled: number;
    readonly journalBytes: number;
    readonly segments: number;
  } {
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
    const { runtime } = this;
    if (runtime === null || !runtime.accepting) return this.refusedByStorage(input);
    const epoch = runtime.keeper.current;
    if (epoch === null) return this.admitOnNextEpoch(runtime, input);
    const acceptedAtMs = runtime.keeper.nowMs();
    const needs = this.refs.needsAt(input, acceptedAtMs);
    const waited = runtime.runner.acquire(epoch, needs);
    if (waited instanceof Promise) {
      return waited.then((late) =>
        this.admittedLate(runtime, epoch, input, needs, acceptedAtMs, late),
      );
    }
    return this.admission(epoch, input, acceptedAtMs, waited);
  }

  affordableNano(account: string): bigint | null {
    const book = this.runtime?.keeper.current?.book;
    if (book === undefined) return null;
    return book.free({
      owner: account,
      kind: BALANCE,
      period: EVER,
      id: allowanceId(account, BALANCE, EVER),
    });
  }

  async queryAffordableNano(account: string): Promise<bigint | null> {
    try {
      const available = await this.deps.reads.availableNano(account);
      const affordable = (available > 0n ? available : 0n) + (this.affordableNano(account) ?? 0n);
      return affordable;
    } catch {
      // PostgreSQL does not answer: unknown, and admission will say so if a lease is needed.
      return null;
    }
  }

  begin(hold: Hold, record: BeginRecord): boolean | Promise<boolean> {
    const request = owned(hold);
    const runtime = this.running();
    invariant(request.stage === 'held', 'A request begins once.');
    void this.deps.failpoint('FP2');
    request.record = record;
    request.stage = 'begun';
    try {
      runtime.journal.add(request, beginText(request, record));
      const written = runtime.journal.commit();
      if (written === undefined) return this.dispatchable(runtime, request);
      return written.then(
        () => this.dispatchable(runtime, request),
        () => this.voided(request),
      );
    } catch {
      // The disk takes nothing: the journal told the log, and the request must not be dispatched.
      return this.voided(request);
    }
  }

  attempt(hold: Hold, candidateIndex: number): void {
    this.note(owned(hold), (id) => attemptText(id, candidateIndex));
    // Before the dispatch, like begin.
    void this.running().journal.commit();
  }

  progress(hold: Hold, usage: ProgressUsage): void {
    this.note(owned(hold), (id, holdsText) => progressText(id, usage, holdsText));
    this.running().journal.commitLater();
  }

  extend(hold: Hold, costNano: bigint, tokens: bigint): boolean | Promise<boolean> {
    const request = owned(hold);
    const { epochState: epoch, cappedKinds } = request;
    invariant(request.stage === 'begun', 'Only a running request is extended.');
    if (epoch.state === 'ended') return false;
    const { refs, account } = request.hold;
    const needs: HoldNeeds = { account, refs, cappedKinds, costNano, tokens };
    const waited = this.running().runner.extend(epoch, request.hold, needs);
    if (waited instanceof Promise)
      return waited.then((late) => this.extended(request, late, costNano));
    return this.extended(request, waited, costNano);
  }

  void(hold: Hold): void {
    this.voided(owned(hold));
  }

  end(hold: Hold, record: EndRecord): Charged | Promise<Charged> {
    const request = owned(hold);
    const runtime = this.running();
    const begin = request.record;
    invariant(request.stage === 'begun' && begin !== null, 'A request ends once, after its begin.');
    runtime.runner.cancelExtension(request.epochState, request.hold);
    const charged = chargeOf(request, record);
    if (exceedsHold(request, charged)) this.cover(request, charged);
    const texts = {
      costText: charged.costNano.toString(),
      tokensText: charged.tokens.toString(),
      absorbedText: charged.absorbedNano.toString(),
    };
    const row = rowOf(request, begin, record, texts);
    try {
      const { id, holdsText } = request;
      runtime.journal.add(request, endText({ id, holdsText, ...texts, row: record.row }));
      const written = runtime.journal.commit();
      if (written === undefined) return this.ended(runtime, request, row, charged);
      return written.then(
        () => this.ended(runtime, request, row, charged),
        (error: unknown) => this.endWithoutJournal(runtime, request, row, charged, error),
      );
    } catch (error) {
      return this.endWithoutJournal(runtime, request, row, charged, error);
    }
  }

  recordRefusal(
    row: Omit<
      SettleRow,
      'epoch' | 'holds' | 'tokens' | 'cost_nano' | 'absorbed_nano' | 'exposure_nano'
    >,
  ): void {
    const { runtime } = this;
    if (runtime === null || !runtime.settler.roomy) return;
    this.lastEpoch = this.epoch ?? this.lastEpoch;
    if (this.lastEpoch === '') return;
    const zero = { tokens: '0', cost_nano: '0', absorbed_nano: '0', exposure_nano: '0' };
    runtime.settler.add({ ...row, epoch: this.lastEpoch, holds: NO_HOLDS, ...zero }, null);
  }

  heldByAccount(): ReadonlyMap<string, bigint> {
    return this.held.snapshot();
  }

  private async admitOnNextEpoch(runtime: MoneyRuntime, input: HoldInput): Promise<Admission> {
    const epoch = await runtime.keeper.opened(EPOCH_WAIT_MS);
    return epoch === null ? this.refusedByStorage(input) : this.admit(input);
  }

  private admittedLate(
    runtime: MoneyRuntime,
    epoch: Epoch,
    input: HoldInput,
    needs: HoldNeeds,
    acceptedAtMs: number,
    waited: Waited,
  ): Admission | Promise<Admission> {
    const epochEnded = 'refusal' in waited && waited.refusal.reason === 'epoch_ended';
    if (epochEnded && runtime.accepting) return this.admitOnNextEpoch(runtime, input);
    return this.admission(epoch, input, acceptedAtMs, waited);
  }

  private admission(
    epoch: Epoch,
    input: HoldInput,
    acceptedAtMs: number,
    waited: Waited,
  ): Admission {
    if ('refusal' in waited) {
      const retryS = this.running().limits.storageRetryS;
      const refusal = refusalOf(waited.refusal, input.costNano, this.nowMs(), retryS);
      return { admitted: false, refusal };
    }
    const account = this.held.of(input.account);
    const { key, cappedKinds } = input;
    const id = requestId(acceptedAtMs);
    const hold = new RunningRequest(
      id,
      key,
      acceptedAtMs,
      epoch,
      account,
      waited.hold,
      cappedKinds,
    );
    this.held.add(account, hold.heldNano);
    return { admitted: true, hold };
  }

  private refusedByStorage(input: HoldInput): Admission {
    const retryS = this.runtime?.limits.storageRetryS ?? 1;
    return { admitted: false, refusal: refuseByStorage(input.costNano, retryS) };
  }

  private dispatchable(runtime: MoneyRuntime, request: RunningRequest): boolean {
    void this.deps.failpoint('FP3');
    return runtime.dispatchable(request.epochState) || this.voided(request);
  }

  /** Gives the hold back; always false. */
  private voided(request: RunningRequest): false {
    invariant(
      request.stage === 'held' || request.stage === 'begun',
      'Only an open request is void.',
    );
    const { epochState, hold, heldAccount } = request;
    this.running().runner.cancelExtension(epochState, hold);
    const { heldNano } = request;
    if (request.segment !== null) this.noteVoid(request);
    request.stage = 'void';
    hold.book.release(hold);
    this.held.add(heldAccount, -heldNano);
    this.running().runner.freed(epochState, heldAccount.id);
    return false;
  }

  private noteVoid(request: RunningRequest): void {
    const { journal } = this.running();
    try {
      journal.addVoid(request, voidText(request.id));
    } catch {
      // Without the record a recovery makes a row that costs nothing: harmless, and the log knows of the disk.
      journal.settled(request);
    }
  }

  private note(request: RunningRequest, text: (id: string, holdsText: string) => string): void {
    if (request.stage !== 'begun') return;
    try {
      this.running().journal.add(request, text(request.id, request.holdsText));
    } catch {
      // Progress is for recovery only; the disk's state is in the log and stops new requests.
    }
  }

  private extended(request: RunningRequest, waited: Waited, costNano: bigint): boolean {
    if (!('hold' in waited)) return false;
    request.holdChanged();
    this.held.add(request.heldAccount, costNano);
    return true;
  }

  private cover(request: RunningRequest, charged: Charged): void {
    const before = request.heldNano;
    request.hold.book.cover(request.hold, charged.costNano, charged.tokens);
    request.holdChanged();
    this.held.add(request.heldAccount, request.heldNano - before);
  }

  private ended(
    runtime: MoneyRuntime,
    request: RunningRequest,
    row: SettleRow,
    charged: Charged,
  ): Charged {
    void this.deps.failpoint('FP7');
    this.consume(request, charged);
    runtime.settler.add(row, request);
    runtime.runner.freed(request.epochState, request.account);
    void this.deps.failpoint('FP8');
    return charged;
  }

  private consume(request: RunningRequest, charged: Charged): void {
    const { hold, heldAccount, heldNano } = request;
    hold.book.end(hold, charged.costNano, charged.tokens);
    request.stage = 'ended';
    request.chargedNano = charged.costNano;
    this.held.add(heldAccount, charged.costNano - heldNano);
  }

  /** The disk took no `end`: PostgreSQL must, before the client gets its last byte. Rejects when it does not either. */
  private async endWithoutJournal(
    runtime: MoneyRuntime,
    request: RunningRequest,
    row: SettleRow,
    charged: Charged,
    cause: unknown,
  ): Promise<Charged> {
    this.consume(request, charged);
    try {
      runtime.publishLive(await settleDirectly(this.deps.money, [], [row]));
    } catch (error) {
      // Memory keeps the row: it is settled if this process lives until PostgreSQL answers.
      runtime.settler.add(row, request);
      throw new Error('neither journal nor database took the end of a request', {
        cause: new AggregateError([cause, error]),
      });
    }
    this.confirmed([request]);
    return charged;
  }

  private confirmed(requests: readonly (RunningRequest | null)[]): void {
    const { runtime } = this;
    for (const request of requests) {
      if (request === null) continue;
      request.hold.book.confirm(request.hold);
      this.held.add(request.heldAccount, -request.chargedNano);
      runtime?.journal.settled(request);
    }
  }

  private running(): MoneyRuntime {
    invariant(this.runtime !== null, 'The money path is started before requests come.');
    return this.runtime;
  }
}

function owned(hold: Hold): RunningRequest {
  invariant(hold instanceof RunningRequest, 'A hold comes from admit.');
  return hold;
}
