import type { BalanceView, BudgetView, SettleRow } from '@weir/contracts';
import { callDatabase } from './database-call.js';
import type { Database } from './database-call.js';
import { jsonbText } from './json-text.js';
import { readCounters, readRef, readState, writeBatches, writeItem } from './money-wire.js';
import type { WireCounters, WireRefused } from './money-wire.js';
import type {
  AllowanceRef,
  AllowanceState,
  AnyRow,
  AuditInput,
  BatchRef,
  BeatOutcome,
  CreditInput,
  CreditOutcome,
  EpochOpened,
  EpochState,
  LeaseCounters,
  LeaseItem,
  NotificationInput,
  SettleOutcome,
  TakeOutcome,
} from './money-types.js';

/** The balance as PostgreSQL knows it; held money is known to the gateways alone. */
export type StoredBalance = Pick<
  BalanceView,
  'balance' | 'granted' | 'spent_this_month' | 'spent_total'
>;

/**
 * The SQL functions that alone write money, one method each. Conflicts between transactions are repeated here;
 * a `DatabaseCallError` with outcome `unknown` is the caller's to repeat: every method may be sent again with
 * the same arguments without a second effect.
 */
export class MoneyFunctions {
  readonly #database: Database;

  /** `database`: a pool whose connections use the application role, or one client. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** Opens an epoch of this process; repeat every 5 s while recovering, it keeps the older ones alive. */
  async epochOpen(input: {
    id: string;
    journal: string;
    slot: string;
    host: string;
  }): Promise<EpochOpened> {
    const answer = await this.#one<{ now: string; config_seq: string; older: string[] }>(
      'SELECT epoch_open($1, $2, $3, $4) AS r',
      [input.id, input.journal, input.slot, input.host],
    );
    return {
      nowMs: Date.parse(answer.now),
      configSeq: BigInt(answer.config_seq),
      olderEpochs: answer.older,
    };
  }

  /** Says that these epochs live; `n` is the beat's number, the same again for a repeat. */
  async beat(beats: readonly (readonly [epoch: string, n: bigint])[]): Promise<BeatOutcome> {
    const answer = await this.#one<{
      now: string;
      config_seq: string;
      gateways: number;
      epochs: Record<string, EpochState>;
    }>('SELECT beat($1) AS r', [jsonbText(writeBatches(beats))]);
    return {
      nowMs: Date.parse(answer.now),
      configSeq: BigInt(answer.config_seq),
      gateways: answer.gateways,
      epochs: new Map(Object.entries(answer.epochs)),
    };
  }

  /** Takes all needs or none; `gateways` is N of the last beat. */
  async leaseTake(
    epoch: string,
    gateways: number,
    items: readonly LeaseItem[],
  ): Promise<TakeOutcome> {
    const answer = await this.#one<
      | { granted: WireCounters[] }
      | { resync: WireCounters[] }
      | { refused: WireRefused }
      | { closed: true }
    >('SELECT lease_take($1, $2, $3) AS r', [
      epoch,
      gateways,
      jsonbText(items.map((item) => writeItem({ ...item }))),
    ]);
    if ('granted' in answer) {
      const leases = answer.granted.map((lease) => ({
        ...readRef(lease),
        granted: BigInt(lease.granted),
      }));
      return { outcome: 'granted', leases };
    }
    if ('resync' in answer) {
      return { outcome: 'resync', leases: answer.resync.map(readCounters) };
    }
    if ('refused' in answer) {
      const allowance = { ...readRef(answer.refused), ...readState(answer.refused) };
      return { outcome: 'refused', allowance };
    }
    return { outcome: 'closed' };
  }

  /** Gives back; `returned` is the total returned so far, so repeating it changes nothing. */
  leaseReturn(
    epoch: string,
    items: readonly (AllowanceRef & { readonly returned: bigint })[],
  ): Promise<'ok' | 'closed'> {
    return this.#one('SELECT lease_return($1, $2) AS r', [
      epoch,
      jsonbText(items.map((item) => writeItem({ ...item }))),
    ]);
  }

  /** All leases of an epoch: the resync of every 60 s and after each unknown outcome. */
  async leaseList(epoch: string): Promise<LeaseCounters[]> {
    const leases = await this.#one<WireCounters[]>('SELECT lease_list($1) AS r', [epoch]);
    return leases.map(readCounters);
  }

  /** Ends an epoch whose requests are all confirmed. Whether this call ended it. */
  epochClose(epoch: string): Promise<boolean> {
    return this.#one('SELECT epoch_close($1, $2) AS r', [epoch, 'closed']);
  }

  /** Frees the leases of a gateway that an operator knows to be lost. Whether the epoch was open. */
  epochDeclareLost(epoch: string): Promise<boolean> {
    return this.#one('SELECT epoch_declare_lost($1) AS r', [epoch]);
  }

  /** One tick of the sweeper (its caller holds the advisory lock); the epochs released, each in its own transaction. */
  async sweepTick(): Promise<string[]> {
    const due = await this.#one<string[]>('SELECT sweep_tick() AS r', []);
    const released: string[] = [];
    for (const epoch of due) {
      const ended = await this.#one<boolean>('SELECT epoch_close($1, $2) AS r', [
        epoch,
        'released',
      ]);
      if (ended) released.push(epoch);
    }
    return released;
  }

  /** Settles rows in one transaction; a data error (SQLSTATE 22/23) means that one row cannot be taken. */
  settle(batches: readonly BatchRef[], rows: readonly SettleRow[]): Promise<SettleOutcome> {
    return this.#one('SELECT settle($1, $2) AS r', [
      jsonbText(writeBatches(batches)),
      jsonbText(rows),
    ]);
  }

  /** Which of these batches PostgreSQL has confirmed. */
  async settled(epoch: string, batches: readonly bigint[]): Promise<bigint[]> {
    const present = await this.#one<string[]>('SELECT settled($1, $2) AS r', [
      epoch,
      batches.map(String),
    ]);
    return present.map(BigInt);
  }

  /** Sets aside the one row that no settlement can take, and confirms its batches. */
  async settlementFail(row: AnyRow, error: string, batches: readonly BatchRef[]): Promise<void> {
    await this.#one('SELECT settlement_fail($1, $2, $3) AS r', [
      jsonbText(row),
      error,
      jsonbText(writeBatches(batches)),
    ]);
  }

  /** Makes an account with a balance of 0; `tier` null = the default tier. */
  async accountCreate(id: string, name: string, tier: string | null = null): Promise<void> {
    await this.#one('SELECT account_create($1, $2, $3) AS r', [id, name, tier]);
  }

  /** Moves credit once per (what, ref). */
  async credit(input: CreditInput): Promise<CreditOutcome> {
    const answer = await this.#one<
      | { in_use: { cap: string; used: string; leased: string } }
      | { fresh: boolean; balance: string; granted: string; seq: number }
    >('SELECT credit($1, $2, $3, $4, $5, $6, $7) AS r', [
      input.account,
      input.amountNano.toString(),
      input.what,
      input.ref,
      input.note ?? null,
      input.actor ?? null,
      input.forced ?? false,
    ]);
    if ('in_use' in answer) return { outcome: 'in_use', allowance: readState(answer.in_use) };
    return {
      outcome: 'done',
      fresh: answer.fresh,
      balanceNano: BigInt(answer.balance),
      grantedNano: BigInt(answer.granted),
      seq: answer.seq,
    };
  }

  /** Caps kinds 1–3 of an account (tokens) or 4–6 of a key (nano); null = no limit. Answers the current period. */
  async setLimit(owner: string, kind: number, cap: bigint | null): Promise<AllowanceState> {
    const answer = await this.#one<{ cap: string | null; used: string; leased: string }>(
      'SELECT set_limit($1, $2, $3) AS r',
      [owner, kind, cap?.toString() ?? null],
    );
    return readState(answer);
  }

  /** `onetime` accounts have a total limit only. */
  async setBudgetType(account: string, type: 'subscription' | 'onetime'): Promise<void> {
    await this.#one('SELECT set_budget_type($1, $2) AS r', [account, type]);
  }

  /** Null when there is no such account. */
  balance(account: string): Promise<StoredBalance | null> {
    return this.#one('SELECT balance_json($1) AS r', [account]);
  }

  /** GET /user/api/budget; null when there is no such account. */
  budget(account: string): Promise<BudgetView | null> {
    return this.#one('SELECT budget_json($1) AS r', [account]);
  }

  /** Appends a durable live event that tells of no money. Answers its seq; null = no such account. */
  async liveAppend(
    account: string,
    type: 'key.changed' | 'order.updated',
    payload: unknown,
  ): Promise<number | null> {
    const seq = await this.#one<string | null>('SELECT live_append($1, $2, $3) AS r', [
      account,
      type,
      jsonbText(payload),
    ]);
    return seq === null ? null : Number(seq);
  }

  /** Makes a notification and its live event. Whether it was new. */
  notificationCreate(input: NotificationInput): Promise<boolean> {
    const { id, account, kind, title, body, data, dedupe } = input;
    return this.#one('SELECT notification_create($1, $2, $3, $4, $5, $6, $7) AS r', [
      id,
      account,
      kind,
      title,
      body,
      jsonbText(data),
      dedupe,
    ]);
  }

  /** Appends to the audit log; answers the entry's id. */
  async auditAppend(input: AuditInput): Promise<bigint> {
    const json = (value: unknown): string | null =>
      value === undefined || value === null ? null : jsonbText(value);
    const id = await this.#one<string>('SELECT audit_append($1, $2, $3, $4, $5, $6) AS r', [
      input.actor,
      input.action,
      input.target,
      json(input.before),
      json(input.after),
      input.ip ?? null,
    ]);
    return BigInt(id);
  }

  /** Deletes what is past its retention; answers how many rows of each. */
  retentionTick(): Promise<
    Record<'live_events' | 'settled_batches' | 'outbox' | 'exports', number>
  > {
    return this.#one('SELECT retention_tick() AS r', []);
  }

  /** The answer `r` of a function. Its shape is that of our own SQL, checked by the tests of this folder. */
  async #one<T>(text: string, values: unknown[]): Promise<T> {
    const [row] = await callDatabase<{ r: T }>(this.#database, { text, values });
    if (row === undefined) throw new Error('A SQL function answered no row.');
    return row.r;
  }
}
