/**
 * One schedule: gateways, a database, a lossy queue, a sweeper, and faults, all moved by one seeded random number
 * after another. After every step the oracle looks; at the end everything is healed and must come to rest.
 */
import type { Waiter } from '../lease-desk.types.js';
import type { ScheduleStats, SimWorld } from './actors.js';
import { Calls } from './calls.js';
import type { Option } from './faults.js';
import { gatewayFaults, worldFaults } from './faults.js';
import { LossyQueue } from './lossy-queue.js';
import type { DatabaseContext } from './model-database.js';
import { ModelDatabase } from './model-database.js';
import { ModelGateway } from './model-gateway.js';
import type { ModelRequest } from './model-request.js';
import { modelRefs } from './model-request.js';
import { checkAtRest, checkStep } from './oracle.js';
import type { Rule, ScheduleClass } from './rules.js';
import { Broken, SeededRandom, TICKS } from './rules.js';

export interface ScheduleInput {
  readonly seed: number;
  readonly scheduleClass: ScheduleClass;
  readonly off?: readonly Rule[];
  /** Class `ten`: all but three requests arrive at the second gateway. */
  readonly lopsided?: boolean;
}

const newStats = (): ScheduleStats => ({
  steps: 0,
  kills: 0,
  recoveries: 0,
  pauses: 0,
  cuts: 0,
  outages: 0,
  jobsLost: 0,
  jobsRepeated: 0,
  lateCalls: 0,
  released: 0,
  restores: 0,
  served: 0,
  refused: 0,
  voided: 0,
  extended: 0,
  stopped: 0,
});

export class World implements DatabaseContext, SimWorld {
  readonly scheduleClass: ScheduleClass;
  readonly random: SeededRandom;
  readonly stats = newStats();
  readonly calls: Calls;
  readonly queue: LossyQueue;
  readonly gateways: ModelGateway[];
  readonly requests: ModelRequest[] = [];
  /** Requests the oracle still watches. */
  readonly active = new Set<ModelRequest>();
  readonly waiters = new Map<Waiter, ModelRequest>();
  readonly releasedById = new Map<string, bigint>();
  readonly lateExcessById = new Map<string, bigint>();
  database: ModelDatabase;
  databaseUp = true;
  sweeperDown = false;
  tick = 0;
  day = 'd0';
  healing = false;
  healedAt = Number.POSITIVE_INFINITY;
  restoredAt = Number.NEGATIVE_INFINITY;
  readonly #off: ReadonlySet<Rule>;
  readonly #lopsided: boolean;
  #notes: { readonly gateway: ModelGateway; readonly id: string }[] = [];
  #databaseUpAt = 0;
  #backup: ModelDatabase | null = null;
  #epochs = 0;

  constructor(input: ScheduleInput) {
    this.scheduleClass = input.scheduleClass;
    this.random = new SeededRandom(input.seed);
    this.#off = new Set(input.off);
    this.#lopsided = input.lopsided ?? false;
    this.calls = new Calls(this);
    this.queue = new LossyQueue(this.random);
    this.database = new ModelDatabase(this);
    const ten = this.scheduleClass === 'ten';
    const amount = (from: number, spread: number): bigint =>
      BigInt(from + this.random.below(spread));
    this.database.limits.set('a|0', ten ? 10n : amount(40, 60));
    this.database.limits.set('a|1', ten ? 1_000_000n : amount(25, 40));
    if (this.random.chance(0.67)) this.database.limits.set('k|4', amount(30, 30));
    this.database.limits.set('b|0', amount(20, 30));
    const count = ten ? 2 : 2 + this.random.below(2);
    this.gateways = Array.from({ length: count }, (_, index) => new ModelGateway(this, index));
    for (const gateway of this.gateways) gateway.boot();
  }

  get restores(): number {
    return this.stats.restores;
  }

  on(rule: Rule): boolean {
    return !this.#off.has(rule);
  }

  nextEpoch(): number {
    return this.#epochs++;
  }

  noteReleased(id: string, amount: bigint): void {
    this.releasedById.set(id, (this.releasedById.get(id) ?? 0n) + amount);
  }

  noteLateExcess(id: string, amount: bigint): void {
    this.lateExcessById.set(id, (this.lateExcessById.get(id) ?? 0n) + amount);
  }

  notifyReclaim(id: string): void {
    for (const gateway of this.gateways) this.#notes.push({ gateway, id });
  }

  get hasBackup(): boolean {
    return this.#backup !== null;
  }

  backUp(): void {
    this.#backup = this.database.snapshot();
  }

  restore(): void {
    if (this.#backup !== null) this.database = this.#backup;
    this.stats.restores += 1;
    this.restoredAt = this.tick;
  }

  outage(ticks: number): void {
    this.databaseUp = false;
    this.#databaseUpAt = this.tick + ticks;
    this.stats.outages += 1;
  }

  /** Runs the schedule; throws `Broken` at the first violation. */
  run(): ScheduleStats {
    if (this.scheduleClass === 'ten') this.#sixtyRequests();
    const steps = this.scheduleClass === 'long' ? 900 : 500;
    for (let n = 0; n < steps; n++) this.#step(this.scheduleClass !== 'ten');
    this.#heal();
    checkAtRest(this);
    return this.stats;
  }

  /** Whether nothing is under way any more. */
  quiet(): boolean {
    return (
      this.queue.length === 0 &&
      this.gateways.every(({ alive, memory }) => {
        const idle = memory.requests.size + memory.batches.size + memory.ended.length === 0;
        return alive && memory.ready && idle;
      })
    );
  }

  #sixtyRequests(): void {
    for (let n = 0; n < 300 && !this.gateways.every(({ memory }) => memory.ready); n++)
      this.#step(false);
    const arrive = (index: number): void =>
      this.gateways[index]?.runner.arrive(this.#newRequest(index));
    if (this.#lopsided) {
      for (let n = 0; n < 3; n++) arrive(0);
      for (let n = 0; n < 12; n++) this.#step(false);
      for (let n = 0; n < 57; n++) arrive(1);
    } else for (let n = 0; n < 60; n++) arrive(this.random.below(2));
  }

  #newRequest(gateway: number): ModelRequest {
    const { random, day } = this;
    const ten = this.scheduleClass === 'ten';
    const account = ten || random.chance(0.75) ? 'a' : 'b';
    const key = !ten && random.chance(0.6) ? 'k' : 'n';
    const request: ModelRequest = {
      id: this.requests.length,
      gateway,
      account,
      key,
      day,
      refs: modelRefs(account, key, day),
      costMax: ten ? 1n : BigInt(1 + random.below(9)),
      tokensMax: ten ? 1n : BigInt(1 + random.below(6)),
      streamed: !ten && random.chance(0.5),
      usedShare: ten || random.chance(0.4) ? 1 : 0.3 + 0.7 * random.next(),
      exceedsHold: !ten && random.chance(0.06),
      startedAt: this.tick,
      state: 'waiting',
      epoch: null,
      hold: null,
      produced: 0,
      thirdsHeld: 0,
      stopped: false,
      dispatchedAt: null,
      sawEnd: false,
      forgiven: false,
      costNano: 0n,
      tokens: 0n,
    };
    this.requests.push(request);
    this.active.add(request);
    return request;
  }

  #step(arrivals: boolean): void {
    this.stats.steps += 1;
    const faults = this.scheduleClass !== 'ten' && !this.healing;
    const options: Option[] = [];
    for (const gateway of this.gateways) {
      options.push(...this.#gatewayOptions(gateway, arrivals && !this.healing));
      if (faults && gateway.running) options.push(...gatewayFaults(this, gateway));
    }
    if (this.calls.count > 0) options.push([10 + 3 * this.calls.count, () => this.calls.step()]);
    if (this.queue.length > 0) options.push([4, () => this.#work()]);
    if (this.#notes.length > 0) options.push([6, () => this.#deliverNote(faults)]);
    if (faults) options.push(...worldFaults(this));
    options.push([this.scheduleClass === 'ten' ? 0.6 : 4, () => this.#tick()]);
    this.#choose(options);
    checkStep(this);
  }

  #choose(options: readonly Option[]): void {
    let total = 0;
    for (const [weight] of options) total += weight;
    let at = this.random.next() * total;
    for (const [weight, act] of options) {
      at -= weight;
      if (at < 0) {
        act();
        return;
      }
    }
  }

  #gatewayOptions(gateway: ModelGateway, arrivals: boolean): Option[] {
    const { random } = this;
    const options: Option[] = [];
    if (!gateway.alive && gateway.until === 0) options.push([0.3, () => gateway.boot()]);
    if (!gateway.running) return options;
    const { memory } = gateway;
    if (arrivals && memory.ready && !memory.closing && this.requests.length < REQUESTS_MAX) {
      options.push([3, () => gateway.runner.arrive(this.#newRequest(gateway.index))]);
    }
    const live = [...memory.requests.values()].filter(({ state }) => LIVE.has(state));
    const chosen = live[random.below(live.length)];
    if (chosen !== undefined) options.push([8, () => gateway.runner.advance(chosen)]);
    if (memory.ended.length > 0) options.push([3, () => gateway.makeBatch()]);
    if (memory.batches.size > 0) options.push([2, () => gateway.askConfirmed()]);
    return options;
  }

  #tick(): void {
    this.tick += 1;
    this.calls.expire();
    for (const gateway of this.gateways) {
      if (gateway.running) gateway.timers();
    }
    if (this.databaseUp && !this.sweeperDown) this.stats.released += this.database.sweep();
    for (const gateway of this.gateways) {
      if (gateway.until > 0 && this.tick >= gateway.until) gateway.resume();
    }
    if (this.#databaseUpAt > 0 && this.tick >= this.#databaseUpAt) {
      this.databaseUp = true;
      this.#databaseUpAt = 0;
    }
  }

  #work(): void {
    if (this.databaseUp && this.queue.work(this.database)) this.stats.jobsRepeated += 1;
  }

  #deliverNote(faults: boolean): void {
    const [note] = this.#notes.splice(this.random.below(this.#notes.length), 1);
    if (note === undefined || (faults && this.random.chance(0.1))) return;
    if (note.gateway.running && !note.gateway.cut) note.gateway.epochs.reclaim(note.id);
  }

  #heal(): void {
    this.healing = true;
    this.healedAt = this.tick;
    this.databaseUp = true;
    this.#databaseUpAt = 0;
    this.sweeperDown = false;
    for (const gateway of this.gateways) {
      gateway.resume();
      gateway.memory.closing = false;
    }
    for (let n = 0; n < 4000; n++) {
      this.#step(false);
      if (n > 300 && this.quiet()) break;
    }
    const atRest = (): boolean =>
      [...this.database.allowances.values()].every(({ leased }) => leased === 0n);
    for (let n = 0; n < TICKS.releaseAfter + 12 && !(this.quiet() && atRest()); n++) {
      this.#tick();
      for (let k = 0; k < 40; k++) this.#step(false);
    }
    if (!this.quiet()) throw new Broken(`not quiet after healing: ${this.describe()}`);
  }

  /** What is still under way, for a message. */
  describe(): string {
    const of = ({ index, alive, memory }: ModelGateway): string =>
      `gateway ${index} alive ${alive} ready ${memory.ready} batches ${memory.batches.size} ` +
      `requests ${[...memory.requests.values()].map(({ id, state }) => `${id} ${state}`).join(', ')}`;
    return `${this.gateways.map(of).join('; ')}; queue ${this.queue.length}`;
  }
}

/** Requests of one schedule. */
const REQUESTS_MAX = 60;

const LIVE: ReadonlySet<ModelRequest['state']> = new Set([
  'held',
  'begun',
  'running',
  'ended',
  'endedUnwritten',
]);

/** Runs one schedule and tells what broke, if anything did. */
export function runSchedule(input: ScheduleInput): { stats: ScheduleStats; broke: string | null } {
  const world = new World(input);
  try {
    return { stats: world.run(), broke: null };
  } catch (error) {
    if (error instanceof Broken || (error as Error).name === 'InvariantError') {
      return { stats: world.stats, broke: (error as Error).message }; // the finding itself
    }
    throw error;
  }
}
