/** What a simulated gateway does for a request, one turn of the event loop at a time: rules 1, 3 and 4. */
import type { SimRunner, SimGateway, SimWorld } from './actors.js';
import type { Hold } from '../hold.js';
import type { SettleRow } from './model-database.js';
import type { ModelRequest } from './model-request.js';
import { needsOf, usedSoFar } from './model-request.js';
import { Broken, TICKS } from './rules.js';

export class RequestRunner implements SimRunner {
  readonly #world: SimWorld;
  readonly #gateway: SimGateway;

  constructor(world: SimWorld, gateway: SimGateway) {
    this.#world = world;
    this.#gateway = gateway;
  }

  arrive(request: ModelRequest): void {
    const { memory } = this.#gateway;
    memory.requests.set(request.id, request);
    const epoch = memory.current;
    if (epoch === null || !memory.ready) {
      this.gone(request, 'refused');
      return;
    }
    request.epoch = epoch;
    const thirds = request.streamed ? 1 : 3;
    const acquired = epoch.desk.acquire(
      needsOf(request, this.#cappedKinds(request), 0, thirds),
      this.#gateway.now,
    );
    if (acquired.status === 'waiting') this.#world.waiters.set(acquired.waiter, request);
    if (acquired.status === 'refused') this.gone(request, 'refused');
    if (acquired.status === 'held') {
      request.hold = acquired.hold;
      request.thirdsHeld = thirds;
      request.state = 'held';
    }
    this.#gateway.epochs.perform(epoch);
  }

  /** One turn of a running request. */
  advance(request: ModelRequest): void {
    switch (request.state) {
      case 'held':
        this.#write(request, 'begin');
        request.state = 'begun';
        return;
      case 'begun': {
        this.#dispatch(request);
        return;
      }
      case 'running': {
        this.#run(request);
        return;
      }
      case 'endedUnwritten': {
        this.#writeEnd(request, 'done');
        return;
      }
      case 'ended':
        request.sawEnd = true;
        request.state = 'done';
        this.#world.stats.served += 1;
        this.#gateway.memory.ended.push(request);
        return;
      case 'waiting':
      case 'extending':
      case 'done':
      case 'voided':
      case 'refused':
      case 'lost':
        return;
    }
  }

  /** Ends what has run its longest, waiting or not. */
  endLongest(request: ModelRequest): void {
    const age = this.#world.tick - (request.dispatchedAt ?? request.startedAt);
    if (age < TICKS.longestRequest) return;
    if (request.state === 'extending' && request.epoch !== null) {
      for (const [waiter, each] of this.#world.waiters) {
        if (each !== request) continue;
        this.#world.waiters.delete(waiter);
        request.epoch.desk.cancel(waiter, this.#gateway.now);
      }
      request.stopped = true;
      request.state = 'running';
      this.#gateway.epochs.perform(request.epoch);
    }
    if (request.state === 'running' || request.state === 'held') this.advance(request);
  }

  admitted(request: ModelRequest, hold: Hold): void {
    if (request.hold === null) {
      request.hold = hold;
      request.thirdsHeld = request.streamed ? 1 : 3;
      request.state = 'held';
      return;
    }
    request.thirdsHeld += 1;
    request.state = 'running';
    this.#world.stats.extended += 1;
  }

  gone(request: ModelRequest, state: 'refused' | 'voided'): void {
    request.state = state;
    this.#gateway.memory.requests.delete(request.id);
    this.#world.active.delete(request);
    this.#world.stats[state] += 1;
  }

  row(request: ModelRequest, what: 'begin' | 'progress' | 'end' | 'void'): SettleRow {
    const used = what === 'end' ? request : usedSoFar(request);
    return {
      id: request.id,
      account: request.account,
      key: request.key,
      epoch: request.epoch?.id ?? '',
      day: what === 'end' && !this.#world.on('period') ? this.#world.day : request.day,
      source: what === 'end' ? 'end' : 'progress',
      costNano: used.costNano,
      tokens: used.tokens,
      holds: request.hold?.heldByKind.slice() ?? [],
    };
  }

  #cappedKinds(request: ModelRequest): number {
    if (request.account === 'b') return 0b1;
    return request.key === 'k' && this.#gateway.memory.keyCapped ? 0b10011 : 0b11;
  }

  #dispatch(request: ModelRequest): void {
    const { epoch, hold } = request;
    if (epoch === null || hold === null) return;
    if (
      this.#world.on('recheck') &&
      (epoch.book.closed || !epoch.beat.termHolds(this.#gateway.now))
    ) {
      this.#write(request, 'void');
      if (this.#world.on('voidFrees')) {
        epoch.book.release(hold);
        epoch.desk.freed(request.account, this.#gateway.now);
        this.#gateway.epochs.perform(epoch);
      }
      this.#gateway.journal.confirmed(request.id, this.#world.on('segmentWhole'));
      this.gone(request, 'voided');
      return;
    }
    request.dispatchedAt = this.#world.tick;
    request.state = 'running';
    const released = this.#world.database.epochs.get(epoch.id)?.state === 'released';
    if (released && this.#world.stats.restores === 0)
      throw new Broken('request dispatched on a released lease');
  }

  #run(request: ModelRequest): void {
    const { epoch, hold } = request;
    if (epoch === null || hold === null) return;
    const age = this.#world.tick - (request.dispatchedAt ?? 0);
    const goesOn =
      request.streamed && request.produced < 3 && !request.stopped && age < TICKS.longestRequest;
    if (!goesOn) {
      this.#end(request);
      return;
    }
    if (request.produced < request.thirdsHeld) {
      request.produced += 1;
      this.#write(request, 'progress');
      return;
    }
    const needs = needsOf(
      request,
      this.#cappedKinds(request),
      request.thirdsHeld,
      request.thirdsHeld + 1,
    );
    const acquired = epoch.desk.extend(hold, needs, this.#gateway.now);
    if (acquired.status === 'held') request.thirdsHeld += 1;
    if (acquired.status === 'refused') request.stopped = true;
    if (acquired.status === 'waiting') {
      this.#world.waiters.set(acquired.waiter, request);
      request.state = 'extending';
    }
    this.#gateway.epochs.perform(epoch);
  }

  #end(request: ModelRequest): void {
    const { costNano, tokens } = usedSoFar(request);
    request.costNano = costNano;
    request.tokens = tokens;
    if (this.#world.on('endFirst')) {
      this.#writeEnd(request, 'ended');
      return;
    }
    request.sawEnd = true;
    request.state = 'endedUnwritten';
    this.#gateway.memory.ended.push(request);
  }

  #writeEnd(request: ModelRequest, state: 'ended' | 'done'): void {
    const { epoch, hold, costNano, tokens } = request;
    if (epoch === null || hold === null) return;
    epoch.book.cover(hold, costNano, tokens);
    this.#write(request, 'end');
    epoch.book.end(hold, costNano, tokens);
    request.state = state;
    epoch.desk.freed(request.account, this.#gateway.now);
    this.#gateway.epochs.perform(epoch);
  }

  #write(request: ModelRequest, what: 'begin' | 'progress' | 'end' | 'void'): void {
    this.#gateway.journal.write({ what, row: this.row(request, what) });
  }
}
