/**
 * Settles what a dead process left in its slot: first its requests, directly and under their own epochs, then
 * it closes those epochs (which frees their leases), and only then it moves the segments. Killed anywhere in
 * here, the next start does the same again without harm: rows are idempotent by request id, closing is too, and
 * segments that were not moved are read again.
 */
import type { SettleRow } from '@weir/contracts';
import type { MoneyFunctions } from '@weir/data';
import { failpoint } from '@weir/platform';
import { settleDirectly } from '../settlement/settle-directly.js';
import type { ReadSegment } from './read-slot.js';
import { readSegments, retireSegments } from './read-slot.js';
import { recoveredRow } from './recovered-row.js';
import type { RecoveryReads } from './recovery-database.js';

/** What recovery needs. */
export interface RecoverInput {
  readonly folder: string;
  /** Segments that were there before this process wrote its own. */
  readonly names: readonly string[];
  /** Epochs to close: exactly those that `epoch_open` called older. */
  readonly olderEpochs: readonly string[];
  readonly money: Pick<MoneyFunctions, 'settle' | 'settlementFail' | 'epochClose'>;
  readonly reads: RecoveryReads;
  /** Says to PostgreSQL that recovery goes on, so that the old epochs are not released under it. */
  readonly keepAlive: () => Promise<void>;
  readonly publishLive: (accounts: readonly string[]) => void;
  /** Whether to give up: the process shuts down. */
  readonly cancelled: () => boolean;
  readonly onFault: (cause: unknown, what: string) => void;
}

/** What was recovered, for the log. */
export interface Recovered {
  readonly requests: number;
  readonly exposureNano: bigint;
}

/** Rows of one settlement transaction. */
const ROWS_MAX = 512;
/** PostgreSQL must hear of a recovery this often (epoch_open resets the silence). */
const KEEP_ALIVE_MS = 5_000;
/** Pause after a call that failed. */
const RETRY_MS = 500;

/** Recovers one slot; goes on until done or cancelled, however long PostgreSQL is away. */
export async function recoverSlot(input: RecoverInput): Promise<Recovered> {
  const alive = setInterval(() => {
    input.keepAlive().catch(() => undefined);
  }, KEEP_ALIVE_MS);
  try {
    const content = await readSegments(input.folder, input.names, input.onFault);
    const rows = await untilAnswered(input, () => dueRows(input, content));
    for (let from = 0; from < rows.length; from += ROWS_MAX) {
      const part = rows.slice(from, from + ROWS_MAX);
      const accounts = await untilAnswered(input, () => settleDirectly(input.money, [], part));
      input.publishLive(accounts);
    }
    await failpoint('recovery-settled');
    for (const epoch of input.olderEpochs) {
      await untilAnswered(input, () => input.money.epochClose(epoch));
    }
    await retireSegments(input.folder, await movable(input, content));
    return { requests: rows.length, exposureNano: sumExposure(rows) };
  } finally {
    clearInterval(alive);
  }
}

/** Open requests first: they are what still holds money. Those that have a row already are done. */
async function dueRows(
  input: RecoverInput,
  content: Awaited<ReturnType<typeof readSegments>>,
): Promise<SettleRow[]> {
  const ended: SettleRow[] = [];
  const open: SettleRow[] = [];
  for (const state of content.states.values()) {
    const row = recoveredRow(state);
    if (row === null) continue;
    if (state.end !== null) ended.push(row);
    else open.push(row);
  }
  const settled = await input.reads.settledRequests(open.map(({ id }) => id));
  const foreign = await foreignEpochs(input, open);
  const due = open.filter(({ id, epoch }) => !settled.has(id) && !foreign.has(epoch));
  return [...due, ...ended];
}

/**
 * Open epochs that are not ours: this folder is a copy, and the original may be running these requests still.
 * They are left alone until that epoch has ended.
 */
async function foreignEpochs(
  input: RecoverInput,
  open: readonly SettleRow[],
): Promise<Set<string>> {
  const epochs = new Set(open.map(({ epoch }) => epoch));
  for (const own of input.olderEpochs) epochs.delete(own);
  return input.reads.openEpochs([...epochs]);
}

async function movable(
  input: RecoverInput,
  content: Awaited<ReturnType<typeof readSegments>>,
): Promise<readonly ReadSegment[]> {
  const open: SettleRow[] = [];
  for (const state of content.states.values()) {
    const row = state.end === null ? recoveredRow(state) : null;
    if (row !== null) open.push(row);
  }
  const foreign = await untilAnswered(input, () => foreignEpochs(input, open));
  return foreign.size === 0 ? content.segments : [];
}

async function untilAnswered<T>(input: RecoverInput, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (input.cancelled()) throw error;
      input.onFault(error, 'recovery waits for PostgreSQL');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function sumExposure(rows: readonly SettleRow[]): bigint {
  let sum = 0n;
  for (const { exposure_nano } of rows) sum += BigInt(exposure_nano);
  return sum;
}
