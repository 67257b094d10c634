/** What the parts of the simulation know of each other. */
import type { ClockReading } from '../clock-reading.js';
import type { Hold } from '../hold.js';
import type { Waiter } from '../lease-desk.types.js';
import type { GatewayMemory, ModelEpoch } from './gateway-memory.js';
import type { LossyQueue } from './lossy-queue.js';
import type { ModelDatabase, SettleRow } from './model-database.js';
import type { ModelJournal } from './model-journal.js';
import type { ModelRequest } from './model-request.js';
import type { Rule, ScheduleClass, SeededRandom } from './rules.js';

/** What is counted over a schedule. */
export interface ScheduleStats {
  steps: number;
  kills: number;
  recoveries: number;
  pauses: number;
  cuts: number;
  outages: number;
  jobsLost: number;
  jobsRepeated: number;
  lateCalls: number;
  released: number;
  restores: number;
  served: number;
  refused: number;
  voided: number;
  extended: number;
  stopped: number;
}

/** Sends a call to PostgreSQL; the answer comes in a later step, or `unknown`. */
export type SendCall = <T>(
  run: (database: ModelDatabase) => T,
  answered: (result: T | 'unknown') => void,
) => void;

/** A schedule as its parts see it. */
export interface SimWorld {
  readonly scheduleClass: ScheduleClass;
  readonly random: SeededRandom;
  readonly stats: ScheduleStats;
  readonly queue: LossyQueue;
  readonly gateways: readonly SimGateway[];
  readonly requests: readonly ModelRequest[];
  readonly active: Set<ModelRequest>;
  readonly waiters: Map<Waiter, ModelRequest>;
  readonly releasedById: ReadonlyMap<string, bigint>;
  readonly lateExcessById: ReadonlyMap<string, bigint>;
  readonly database: ModelDatabase;
  readonly databaseUp: boolean;
  readonly hasBackup: boolean;
  readonly tick: number;
  readonly restores: number;
  readonly healedAt: number;
  readonly restoredAt: number;
  readonly calls: SimCalls;
  sweeperDown: boolean;
  day: string;
  on(rule: Rule): boolean;
  nextEpoch(): number;
  notifyReclaim(id: string): void;
  outage(ticks: number): void;
  backUp(): void;
  restore(): void;
}

/** Calls on their way to PostgreSQL. */
export interface SimCalls {
  send<T>(
    gateway: SimGateway,
    run: (database: ModelDatabase) => T,
    answered: (result: T | 'unknown') => void,
  ): void;
}

/** A gateway as its parts and the world see it. */
export interface SimGateway {
  readonly index: number;
  readonly journalName: string;
  readonly journal: ModelJournal;
  readonly process: number;
  readonly running: boolean;
  readonly paused: boolean;
  readonly now: ClockReading;
  readonly memory: GatewayMemory;
  readonly epochs: SimEpochs;
  readonly runner: SimRunner;
  readonly call: SendCall;
  alive: boolean;
  cut: boolean;
  until: number;
  kill(): void;
  pause(sleeps: boolean): void;
  /** An orderly shutdown is complete. */
  exit(): void;
}

/** A gateway's epochs as its other parts see them. */
export interface SimEpochs {
  perform(epoch: ModelEpoch): void;
  rotate(): void;
  giveBackSome(): void;
}

/** A gateway's requests as its other parts see them. */
export interface SimRunner {
  admitted(request: ModelRequest, hold: Hold): void;
  gone(request: ModelRequest, state: 'refused' | 'voided'): void;
  row(request: ModelRequest, what: 'begin' | 'progress' | 'end' | 'void'): SettleRow;
}
