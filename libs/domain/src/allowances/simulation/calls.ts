/**
 * Calls to PostgreSQL in three steps: sent, executed, answered. Between any two the call may be lost or delayed, its
 * caller killed; a call given up may still be executed later.
 */
import type { SimCalls, SimGateway, SimWorld } from './actors.js';
import type { ModelDatabase } from './model-database.js';
import { TICKS } from './rules.js';

interface Call {
  readonly gateway: SimGateway;
  readonly process: number;
  readonly sentAt: number;
  execute: (database: ModelDatabase) => void;
  /** Tells the caller; null once it gave up. */
  answer: ((known: boolean) => void) | null;
  executed: boolean;
}

export class Calls implements SimCalls {
  #calls: Call[] = [];
  readonly #world: SimWorld;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  get count(): number {
    return this.#calls.length;
  }

  send<T>(
    gateway: SimGateway,
    run: (database: ModelDatabase) => T,
    answered: (result: T | 'unknown') => void,
  ): void {
    let result: T | 'unknown' = 'unknown';
    this.#calls.push({
      gateway,
      process: gateway.process,
      sentAt: this.#world.tick,
      execute: (database) => {
        result = run(database);
      },
      answer: (known) => answered(known ? result : 'unknown'),
      executed: false,
    });
  }

  /** Moves one call one step on. */
  step(): void {
    const { random, stats } = this.#world;
    const call = this.#calls[random.below(this.#calls.length)];
    if (call === undefined) return;
    const dead = !call.gateway.alive || call.gateway.process !== call.process;
    if (!call.executed) {
      if (!this.#world.databaseUp || (call.gateway.cut && call.answer !== null)) return;
      if (dead && random.chance(0.5)) {
        this.#drop(call);
        return;
      }
      call.executed = true;
      call.execute(this.#world.database);
      if (call.answer === null) {
        stats.lateCalls += 1;
        this.#drop(call);
      }
      return;
    }
    if (dead) {
      this.#drop(call);
      return;
    }
    if (call.gateway.paused) return;
    this.#drop(call);
    call.answer?.(!call.gateway.cut); // a cut between commit and answer
  }

  /** Gives up what waits too long; some of it will still be executed. */
  expire(): void {
    for (const call of this.#calls.slice()) {
      const live = call.gateway.running && call.gateway.process === call.process;
      if (!live || call.answer === null || this.#world.tick - call.sentAt <= TICKS.callTimeout)
        continue;
      const { answer } = call;
      call.answer = null;
      if (call.executed || this.#world.random.chance(0.6)) this.#drop(call);
      answer(false);
    }
  }

  #drop(call: Call): void {
    const index = this.#calls.indexOf(call);
    if (index >= 0) this.#calls.splice(index, 1);
  }
}
