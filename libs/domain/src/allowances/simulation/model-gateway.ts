/**
 * A gateway process: journal, batches, timers and recovery, the protocol's parts 2.4 (rule 6) and 2.7. `kill` forgets
 * everything but the journal.
 */
import type { SimGateway, SimWorld } from './actors.js';
import type { ClockReading } from '../clock-reading.js';
import { GatewayEpochs } from './gateway-epochs.js';
import type { Batch } from './gateway-memory.js';
import { GatewayMemory } from './gateway-memory.js';
import type { ModelDatabase } from './model-database.js';
import { ModelJournal } from './model-journal.js';
import { RequestRunner } from './request-runner.js';
import type { Rule } from './rules.js';
import { TICKS } from './rules.js';

export class ModelGateway implements SimGateway {
  readonly index: number;
  readonly journalName: string;
  readonly journal = new ModelJournal();
  alive = false;
  paused = false;
  cut = false;
  process = 0;
  /** Tick at which a fault ends; 0 = none. */
  until = 0;
  /** Ticks the machine slept so far: the monotonic clock stood still. */
  asleep = 0;
  /** Tick at which it fell asleep; 0 = a pause in which the monotonic clock runs. */
  sleepsSince = 0;
  memory: GatewayMemory = new GatewayMemory();
  readonly epochs: GatewayEpochs;
  readonly runner: RequestRunner;
  readonly #world: SimWorld;

  constructor(world: SimWorld, index: number) {
    this.#world = world;
    this.index = index;
    this.journalName = `j${index}`;
    this.epochs = new GatewayEpochs(world, this);
    this.runner = new RequestRunner(world, this);
  }

  get running(): boolean {
    return this.alive && !this.paused;
  }

  get now(): ClockReading {
    const wallMs = this.#on('wallClock') ? this.#world.tick : this.#world.tick - this.asleep;
    return { monotonicMs: this.#world.tick - this.asleep, wallMs };
  }

  boot(): void {
    this.alive = true;
    this.paused = false;
    this.process += 1;
    this.memory = new GatewayMemory();
    this.#recover();
  }

  /** SIGSTOP, or a virtual machine put to sleep with its monotonic clock. */
  pause(sleeps: boolean): void {
    this.paused = true;
    this.sleepsSince = sleeps ? this.#world.tick : 0;
  }

  /** The pause, the cut or the downtime is over. */
  resume(): void {
    if (this.sleepsSince > 0) this.asleep += this.#world.tick - this.sleepsSince;
    this.sleepsSince = 0;
    this.paused = false;
    this.cut = false;
    this.until = 0;
    if (!this.alive) this.boot();
  }

  /** An orderly shutdown is complete. */
  exit(): void {
    this.alive = false;
    this.memory = new GatewayMemory();
  }

  kill(): void {
    this.alive = false;
    this.paused = false;
    this.memory = new GatewayMemory();
    this.#world.stats.kills += 1;
    for (const request of this.#world.active) {
      const unwritten = request.state === 'waiting' || request.state === 'held';
      if (request.gateway === this.index && unwritten) request.state = 'lost';
    }
  }

  /** Everything that happens by the clock. */
  timers(): void {
    const { memory, now } = this;
    if (!memory.ready && memory.current !== null && this.#on('adopt')) {
      const { id } = memory.current;
      this.call(
        (database) => database.epochOpen(id, this.journalName),
        () => undefined,
      );
    }
    for (const request of [...memory.requests.values()]) this.runner.endLongest(request);
    for (const epoch of memory.epochs.slice()) {
      if (!epoch.opened || epoch.book.closed) continue;
      this.epochs.sendBeat(epoch);
      epoch.book.giveBackIdle(now.monotonicMs, TICKS.idle);
      if (epoch.draining || memory.closing) epoch.book.giveBackAll();
      this.epochs.sendReturns(epoch);
      const due = epoch.book.resyncWanted || this.#world.tick % TICKS.resync === 0;
      if (memory.ready && due && this.#on('resync')) this.epochs.resync(epoch);
      epoch.desk.tick(now);
      this.epochs.perform(epoch);
    }
    for (const [key, batch] of memory.batches) {
      if (this.#world.tick - batch.sentAt > TICKS.resend) this.#sendBatch(key, batch);
    }
    this.makeBatch();
    this.epochs.closeDrained();
  }

  makeBatch(): void {
    const { memory } = this;
    const requests = memory.ended.splice(0, 1 + this.#world.random.below(5));
    if (requests.length === 0) return;
    const key = `${this.journalName}/${this.process}/${memory.batchNumber++}`;
    const rows = requests.map((request) => this.runner.row(request, 'end'));
    const batch = { rows, requests, sentAt: 0, sendings: 0 };
    memory.batches.set(key, batch);
    this.#sendBatch(key, batch);
  }

  askConfirmed(): void {
    const { memory } = this;
    if (memory.batches.size === 0 || memory.asking) return;
    memory.asking = true;
    const keys = [...memory.batches.keys()];
    this.call(
      (database) => database.settled(keys),
      (found) => {
        memory.asking = false;
        if (found !== 'unknown') for (const key of found) this.#confirmed(key);
      },
    );
  }

  #on(rule: Rule): boolean {
    return this.#world.on(rule);
  }

  call<T>(
    execute: (database: ModelDatabase) => T,
    answered: (result: T | 'unknown') => void,
  ): void {
    this.#world.calls.send(this, execute, answered);
  }

  #recover(): void {
    const { memory } = this;
    const rows = this.journal.rows();
    const segments = this.journal.startAnew();
    const epoch = this.epochs.newEpoch();
    const order = this.#on('closeLast')
      ? (['open', 'settle', 'close'] as const)
      : (['open', 'close', 'settle'] as const);
    const step = (n: number): void => {
      const next = (result: unknown): void => step(result === 'unknown' ? n : n + 1);
      switch (order[n]) {
        case 'open': {
          const sentAt = this.now;
          this.call(
            (database) => database.epochOpen(epoch.id, this.journalName),
            (result) => {
              if (result !== 'unknown') epoch.beat.opened(sentAt, 0);
              next(result);
            },
          );
          return;
        }
        case 'settle': {
          this.call((database) => database.settle(rows, null), next);
          return;
        }
        case 'close': {
          const mine = memory.epochs.map((each) => each.id);
          this.call((database) => database.closeOthers(this.journalName, mine), next);
          return;
        }
        case undefined:
          epoch.opened = true;
          memory.ready = true;
          this.journal.drop(segments);
          if (rows.length > 0) this.#world.stats.recoveries += 1;
      }
    };
    step(0);
  }

  #sendBatch(key: string, batch: Batch): void {
    batch.sentAt = this.#world.tick;
    const job = this.#on('resendNewId') ? `${key}-${batch.sendings++}` : key;
    this.#world.queue.add({ key, job, rows: batch.rows });
    if (!this.#on('confirmDb')) this.#confirmed(key);
  }

  #confirmed(key: string): void {
    const batch = this.memory.batches.get(key);
    if (batch === undefined) return;
    this.memory.batches.delete(key);
    for (const request of batch.requests) {
      if (request.hold?.state === 'ended') request.hold.book.confirm(request.hold);
      this.journal.confirmed(request.id, this.#on('segmentWhole'));
      this.memory.requests.delete(request.id);
    }
  }
}
