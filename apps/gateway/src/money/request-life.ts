/**
 * What happens to an admitted request: begin is on disk before the upstream sees a byte, end before the client
 * gets its last one; then the leases move, and only then the row goes to settlement. In this order a kill at any
 * point either finds the request in the journal or finds that it never cost anything.
 */
import { invariant } from '@weir/domain';
import type { HoldNeeds } from '@weir/domain';
import { attemptText, beginText, endText, progressText, voidText } from '../journal/record-text.js';
import { parseRow, writeRow, type RowText } from '../settlement/row-text.js';
import { settleDirectly } from '../settlement/settle-directly.js';
import { chargeOf, exceedsHold, rowOf } from './charge.js';
import type { HeldAccounts } from './held-accounts.js';
import type { Waited } from './lease-runner.js';
import type {
  BeginRecord,
  Beginning,
  Charged,
  EndRecord,
  Finishing,
  Hold,
  ProgressUsage,
} from './money-path.types.js';
import type { MoneyDeps, MoneyRuntime } from './money-runtime.js';
import { RunningRequest } from './running-request.js';

/** A request at its end, what it is charged, and the row that says so. */
interface Ending {
  readonly request: RunningRequest;
  readonly row: RowText;
  readonly charged: Charged;
  /** Why its record could not be added; null = it was. */
  readonly failure: unknown;
}

const NOT_WRITTEN = new Error('the journal took no record');

export class RequestLife {
  constructor(
    private readonly runtime: () => MoneyRuntime | null,
    private readonly held: HeldAccounts,
    private readonly deps: Pick<MoneyDeps, 'failpoint' | 'money'>,
  ) {}

  /** Writes `begin`, then looks at TERM again (H3). False = void, admit anew. */
  begin(hold: Hold, record: BeginRecord): boolean | Promise<boolean> {
    const runtime = this.running();
    const request = this.addBegin(runtime, hold, record);
    if (request === null) return false;
    try {
      const written = runtime.journal.commit();
      if (written === undefined) return this.dispatchable(runtime, request);
      return written.then(
        () => this.dispatchable(runtime, request),
        () => this.void(request),
      );
    } catch {
      // The disk takes nothing: the journal told the log, and the request must not be dispatched.
      return this.void(request);
    }
  }

  /**
   * The begins and ends of one turn of the event loop, written with one call (H40). Each is told when it may go
   * on; between the write and the telling nothing is awaited, unless the disk has to be.
   */
  commitTurn(begins: readonly Beginning[], ends: readonly Finishing[]): void {
    const runtime = this.running();
    const begun = begins.map(({ hold, record }) => this.addBegin(runtime, hold, record));
    const ended = ends.map(({ hold, record }) => this.addEnd(runtime, hold, record));
    const goOn = (failure: unknown): void => {
      ends.forEach((end, i) => {
        const ending = ended[i];
        if (ending !== undefined) this.finish(runtime, end, ending, failure);
      });
      begins.forEach((begin, i) => {
        const request = begun[i] ?? null;
        if (request === null) begin.onBegun(false);
        else if (failure !== null) begin.onBegun(this.void(request));
        else begin.onBegun(this.dispatchable(runtime, request));
      });
    };
    try {
      const written = runtime.journal.commit();
      if (written === undefined) goOn(null);
      else
        written.then(
          () => goOn(null),
          (error: unknown) => goOn(error ?? NOT_WRITTEN),
        );
    } catch (error) {
      // The disk takes nothing: no begin may be dispatched, and the ends need PostgreSQL.
      goOn(error ?? NOT_WRITTEN);
    }
  }

  /** Written before the dispatch, like begin. */
  attempt(hold: Hold, candidateIndex: number): void {
    const request = owned(hold);
    if (request.stage !== 'begun') return;
    this.note(request, attemptText(request.id, candidateIndex));
    try {
      this.running()
        .journal.commit()
        ?.catch(() => undefined);
    } catch {
      // A recovery would price the first candidate; the disk's state is in the log and stops new requests.
    }
  }

  /** Written within this turn of the event loop. */
  progress(hold: Hold, usage: ProgressUsage): void {
    const request = owned(hold);
    if (request.stage !== 'begun') return;
    this.note(request, progressText(request.id, usage, request.holdsText));
    this.running().journal.commitLater();
  }

  /** More for a running request; false = end it cleanly. */
  extend(hold: Hold, costNano: bigint, tokens: bigint): boolean | Promise<boolean> {
    const request = owned(hold);
    const { epochState: epoch, cappedKinds } = request;
    invariant(request.stage === 'begun', 'Only a running request is extended.');
    // A request never spans two epochs: its slices come from the one that admitted it.
    if (epoch.state === 'ended') return false;
    const { refs, account } = request.hold;
    const needs: HoldNeeds = { account, refs, cappedKinds, costNano, tokens };
    const waited = this.running().runner.extend(epoch, request.hold, needs);
    if (waited instanceof Promise) {
      return waited.then((late) => this.extended(request, late, costNano));
    }
    return this.extended(request, waited, costNano);
  }

  /** Gives the hold back; always false. */
  void(hold: Hold): false {
    const request = owned(hold);
    const { stage, epochState } = request;
    invariant(stage === 'held' || stage === 'begun', 'Only an open request is void.');
    const { runner } = this.running();
    runner.cancelExtension(epochState, request.hold);
    if (request.segment !== null) this.noteVoid(request);
    request.stage = 'void';
    this.held.add(request.heldAccount, -request.heldNano);
    request.hold.book.release(request.hold);
    runner.freed(epochState, request.account);
    return false;
  }

  /** Writes `end`, moves the leases, queues the row. Rejects when neither disk nor PostgreSQL took it: then send no final byte. */
  end(hold: Hold, record: EndRecord): Charged | Promise<Charged> {
    const runtime = this.running();
    const ending = this.addEnd(runtime, hold, record);
    if (ending.failure !== null) return this.endWithoutJournal(runtime, ending, ending.failure);
    try {
      const written = runtime.journal.commit();
      if (written === undefined) return this.ended(runtime, ending);
      return written.then(
        () => this.ended(runtime, ending),
        (error: unknown) => this.endWithoutJournal(runtime, ending, error),
      );
    } catch (error) {
      // The disk takes nothing: PostgreSQL has to, before the client gets its last byte.
      return this.endWithoutJournal(runtime, ending, error);
    }
  }

  /** PostgreSQL has these rows. */
  confirmed(requests: readonly (RunningRequest | null)[]): void {
    const runtime = this.runtime();
    for (const request of requests) {
      if (request === null) continue;
      request.hold.book.confirm(request.hold);
      this.held.add(request.heldAccount, -request.chargedNano);
      runtime?.journal.settled(request);
    }
  }

  /** Adds `begin` to what is written next; null = the disk takes nothing, the hold is given back. */
  private addBegin(runtime: MoneyRuntime, hold: Hold, record: BeginRecord): RunningRequest | null {
    const request = owned(hold);
    invariant(request.stage === 'held', 'A request begins once.');
    void this.deps.failpoint('FP2');
    request.record = record;
    request.stage = 'begun';
    try {
      runtime.journal.add(request, beginText(request, record));
      return request;
    } catch {
      // The journal told the log, and the request must not be dispatched.
      this.void(request);
      return null;
    }
  }

  /** Works out the charge and adds `end` to what is written next. */
  private addEnd(runtime: MoneyRuntime, hold: Hold, record: EndRecord): Ending {
    const request = owned(hold);
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
    const row = writeRow(rowOf(request, begin, record, texts));
    // Its facts stand in the row now: memory keeps the request until it is settled, but not them.
    request.record = null;
    const { id, holdsText } = request;
    try {
      runtime.journal.add(request, endText({ id, holdsText, ...texts, row }));
      return { request, charged, row, failure: null };
    } catch (error) {
      // Neither memory nor disk takes it: PostgreSQL has to.
      return { request, charged, row, failure: error ?? NOT_WRITTEN };
    }
  }

  /** Tells one request of a turn how its end went. */
  private finish(runtime: MoneyRuntime, end: Finishing, ending: Ending, failure: unknown): void {
    const cause = ending.failure ?? failure;
    if (cause === null) {
      end.onCharged(this.ended(runtime, ending));
      return;
    }
    this.endWithoutJournal(runtime, ending, cause).then(
      (charged) => {
        end.onCharged(charged);
      },
      () => {
        end.onUnrecorded();
      },
    );
  }

  private dispatchable(runtime: MoneyRuntime, request: RunningRequest): boolean {
    void this.deps.failpoint('FP3');
    return runtime.dispatchable(request.epochState) || this.void(request);
  }

  private note(request: RunningRequest, text: string): void {
    try {
      this.running().journal.add(request, text);
    } catch {
      // Progress is for recovery only; the disk's state is in the log and stops new requests.
    }
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

  private extended(request: RunningRequest, waited: Waited, costNano: bigint): boolean {
    if (!('hold' in waited)) return false;
    request.holdChanged();
    this.held.add(request.heldAccount, costNano);
    return true;
  }

  /** Backs a charge above the hold by what is free, as far as it goes (H23). */
  private cover(request: RunningRequest, charged: Charged): void {
    const beforeNano = request.heldNano;
    request.hold.book.cover(request.hold, charged.costNano, charged.tokens);
    request.holdChanged();
    this.held.add(request.heldAccount, request.heldNano - beforeNano);
  }

  private ended(runtime: MoneyRuntime, ending: Ending): Charged {
    const { request, row, charged } = ending;
    void this.deps.failpoint('FP7');
    this.consume(ending);
    runtime.settler.add(row, request);
    runtime.runner.freed(request.epochState, request.account);
    void this.deps.failpoint('FP8');
    return charged;
  }

  private consume({ request, charged }: Ending): void {
    const { hold, heldAccount, heldNano } = request;
    hold.book.end(hold, charged.costNano, charged.tokens);
    request.stage = 'ended';
    request.chargedNano = charged.costNano;
    this.held.add(heldAccount, charged.costNano - heldNano);
  }

  private async endWithoutJournal(
    runtime: MoneyRuntime,
    ending: Ending,
    cause: unknown,
  ): Promise<Charged> {
    const { request, row, charged } = ending;
    this.consume(ending);
    try {
      runtime.publishLive(await settleDirectly(this.deps.money, [], [parseRow(row)]));
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

  private running(): MoneyRuntime {
    const runtime = this.runtime();
    invariant(runtime !== null, 'The money path is started before requests come.');
    return runtime;
  }
}

function owned(hold: Hold): RunningRequest {
  invariant(hold instanceof RunningRequest, 'A hold comes from admit.');
  return hold;
}
