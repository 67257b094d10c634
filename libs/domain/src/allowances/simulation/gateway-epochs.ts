/**
 * The epochs of a simulated gateway and its calls about leases, with the real book, beat and desk of each: the
 * protocol's part 2.4, rules 2, 5 and 7 to 10.
 */
import type { SimEpochs, SimGateway, SimWorld } from './actors.js';
import { EpochBeat } from '../epoch-beat.js';
import { LeaseBook } from '../lease-book.js';
import { LeaseDesk } from '../lease-desk.js';
import type { DeskEffect } from '../lease-desk.types.js';
import type { LeaseTimings } from '../timings.js';
import type { ReturnCall } from './model-database.js';
import type { ModelEpoch } from './gateway-memory.js';
import { TICKS } from './rules.js';

export class GatewayEpochs implements SimEpochs {
  readonly #world: SimWorld;
  readonly #gateway: SimGateway;

  constructor(world: SimWorld, gateway: SimGateway) {
    this.#world = world;
    this.#gateway = gateway;
  }

  newEpoch(): ModelEpoch {
    const id = `${this.#gateway.journalName}#${this.#gateway.process}.${this.#world.nextEpoch()}`;
    const timings = this.#timings();
    const book = new LeaseBook(id, timings.spendingWindowMs);
    const beat = new EpochBeat(timings.termMs);
    const desk = new LeaseDesk(book, beat, timings);
    const epoch = { id, book, beat, desk, opened: false, draining: false, returning: false };
    this.#gateway.memory.current = epoch;
    this.#gateway.memory.epochs.push(epoch);
    return epoch;
  }

  /** Opens the current epoch, again and again until PostgreSQL answers. */
  openEpoch(): void {
    const { memory } = this.#gateway;
    memory.ready = false;
    const epoch = this.newEpoch();
    const send = (): void => {
      const sentAt = this.#gateway.now;
      this.#gateway.call(
        (database) => database.epochOpen(epoch.id, this.#gateway.journalName),
        (result) => {
          if (memory.current !== epoch) return;
          if (result === 'unknown') {
            send();
            return;
          }
          epoch.beat.opened(sentAt, 0);
          epoch.opened = true;
          memory.ready = !memory.down;
        },
      );
    };
    send();
  }

  /** A new epoch for new requests; the old one is closed once all its requests are confirmed. */
  rotate(): void {
    if (this.#gateway.memory.current !== null) this.#gateway.memory.current.draining = true;
    this.openEpoch();
  }

  /** NOTIFY reclaim. */
  reclaim(id: string): void {
    for (const epoch of this.#gateway.memory.epochs) {
      for (const lease of epoch.book.leases())
        if (lease.ref.id === id) epoch.book.giveBack(lease.ref);
      this.sendReturns(epoch);
    }
  }

  /** A lease given back at a random moment. */
  giveBackSome(): void {
    const { epochs } = this.#gateway.memory;
    const epoch = epochs[this.#world.random.below(epochs.length)];
    if (epoch === undefined) return;
    const leases = [...epoch.book.leases()];
    const lease = leases[this.#world.random.below(leases.length)];
    if (lease !== undefined) epoch.book.giveBack(lease.ref);
    this.sendReturns(epoch);
  }

  sendBeat(epoch: ModelEpoch): void {
    const beat = epoch.beat.next(this.#gateway.now);
    if (beat === null) return;
    this.#gateway.call(
      (database) => ({
        said: database.beat(epoch.id, beat.n),
        keyCapped: database.limits.has('k|4'),
      }),
      (result) => {
        if (result === 'unknown') {
          epoch.beat.unknown(beat);
          return;
        }
        if (result.said !== 'ok') {
          this.#abandon(epoch, result.said);
          return;
        }
        epoch.beat.answered(beat, 0);
        this.#gateway.memory.keyCapped = result.keyCapped;
      },
    );
  }

  sendReturns(epoch: ModelEpoch): void {
    const items = epoch.returning ? [] : epoch.book.pendingReturns();
    if (items.length === 0) return;
    epoch.returning = true;
    const call: ReturnCall[] = items.map(({ ref, returned }) => ({
      ref,
      total: returned,
      difference: returned - epoch.book.lease(ref).returnedAcknowledged,
    }));
    this.#gateway.call(
      (database) => database.leaseReturn(epoch.id, call),
      (result) => {
        epoch.returning = false;
        if (result === 'closed') {
          this.#abandon(epoch, 'closed');
          return;
        }
        if (result === 'ok') epoch.book.acknowledgeReturns(items);
        this.sendReturns(epoch);
      },
    );
  }

  resync(epoch: ModelEpoch): void {
    const probe = epoch.book.beginResync();
    this.#gateway.call(
      (database) => database.leaseList(epoch.id),
      (rows) => {
        if (rows === 'unknown') return;
        if (rows === 'closed') {
          this.#abandon(epoch, 'closed');
          return;
        }
        const verdict = epoch.book.finishResync(probe, rows, this.#gateway.now.monotonicMs);
        if (verdict === 'behind' && this.#world.on('behind')) this.#abandon(epoch, 'behind');
      },
    );
  }

  closeDrained(): void {
    const { memory } = this.#gateway;
    if (!memory.ready) return;
    for (const epoch of memory.epochs.slice()) {
      if (!epoch.draining || epoch === memory.current || !this.#drained(epoch)) continue;
      memory.epochs = memory.epochs.filter((each) => each !== epoch);
      this.#close(epoch, () => undefined);
    }
    const last = memory.current;
    const idle = memory.requests.size === 0 || !this.#world.on('closeConfirmed');
    if (!memory.closing || last === null || memory.epochs.length !== 1 || !idle) return;
    if (!this.#drained(last)) return;
    memory.closing = false;
    memory.ready = false;
    memory.down = true;
    memory.epochs = [];
    this.#close(last, () => {
      this.#gateway.exit();
    });
  }

  perform(epoch: ModelEpoch): void {
    while (epoch.desk.hasEffects)
      for (const effect of epoch.desk.drainEffects()) this.#do(epoch, effect);
  }

  #do(epoch: ModelEpoch, effect: DeskEffect): void {
    const { memory } = this.#gateway;
    switch (effect.type) {
      case 'take': {
        this.#gateway.call(
          (database) => database.leaseTake(epoch.id, effect.take.items),
          (result) => {
            let outcome = result === 'unknown' ? ({ outcome: 'unknown' } as const) : result;
            if (outcome.outcome === 'granted' && !this.#world.on('cas')) {
              const known = new Map(
                [...epoch.book.leases()].map((lease) => [lease.ref.id, lease.granted]),
              );
              const total = (id: string, amount: bigint): bigint => (known.get(id) ?? 0n) + amount;
              const rows = outcome.rows.map((row) => ({
                ...row,
                granted: total(`${row.owner}|${row.kind}|${row.period}`, row.granted),
              }));
              outcome = { outcome: 'granted', rows };
            }
            epoch.desk.takeAnswered(effect.take, outcome, this.#gateway.now);
            this.perform(epoch);
          },
        );
        return;
      }
      case 'reclaim': {
        this.#world.notifyReclaim(effect.ref.id);
        return;
      }
      case 'epoch_ended':
        memory.epochs = memory.epochs.filter((each) => each !== epoch);
        if (memory.current === epoch) this.openEpoch();
        return;
      case 'admitted':
      case 'refused': {
        const request = this.#world.waiters.get(effect.waiter);
        if (request === undefined) return;
        this.#world.waiters.delete(effect.waiter);
        if (effect.type === 'admitted') {
          this.#gateway.runner.admitted(request, effect.hold);
          return;
        }
        if (request.hold === null) {
          this.#gateway.runner.gone(request, 'refused');
          return;
        }
        request.stopped = true;
        request.state = 'running';
        this.#world.stats.stopped += 1;
      }
    }
  }

  #abandon(epoch: ModelEpoch, how: 'closed' | 'behind'): void {
    epoch.desk.end(how);
    this.perform(epoch);
  }

  /** Whether the epoch may be closed. */
  #drained(epoch: ModelEpoch): boolean {
    if (this.#world.on('closeConfirmed')) return epoch.book.drained && epoch.desk.waiting === 0;
    return epoch.book.openHolds === 0 && epoch.desk.waiting === 0;
  }

  #close(epoch: ModelEpoch, done: () => void): void {
    epoch.book.close();
    const send = (): void =>
      this.#gateway.call(
        (database) => database.epochClose(epoch.id, 'closed'),
        (result) => {
          if (result === 'unknown') send();
          else done();
        },
      );
    send();
  }

  #timings(): LeaseTimings {
    const patient = this.#world.scheduleClass === 'ten';
    return {
      termMs: this.#world.on('term') && !patient ? TICKS.term : Number.POSITIVE_INFINITY,
      refusalCacheMs: 1,
      reclaimRetriesMs: [1, 2],
      unknownRetryMs: 1,
      waitMs: patient ? 1e6 : 12,
      extensionWaitMs: 8,
      spendingWindowMs: 4,
      waitersMax: 2000,
    };
  }
}
