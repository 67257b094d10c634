import type { SettleRow } from '@weir/contracts';
import type {
  Admission,
  BeginRecord,
  Beginning,
  Charged,
  EndRecord,
  Finishing,
  Hold,
  HoldInput,
  MoneyPathApi,
  ProgressUsage,
  Refusal,
} from '../money/money-path.types.js';
import { requestId } from '../money/request-id.js';

type Refused = Parameters<MoneyPathApi['recordRefusal']>[0];

/**
 * The money path's surface over one number per account, for tests of the request's path alone. It refuses,
 * holds and charges like the real one but knows no leases, journal or database.
 */
export class MemoryMoney implements MoneyPathApi {
  ready = true;
  balanceNano = 1_000_000_000_000n;
  readonly begun: BeginRecord[] = [];
  readonly ended: { hold: Hold; record: EndRecord; charged: Charged }[] = [];
  readonly refused: Refused[] = [];
  readonly progressed: ProgressUsage[] = [];
  readonly attempts: number[] = [];
  voided = 0;
  /** Answers of `extend`, in order; true when empty. A promise stands for a lease being fetched. */
  readonly extensions: (boolean | Promise<boolean>)[] = [];
  extended = 0;
  readonly #held = new Map<string, bigint>();

  nowMs(): number {
    return Date.now();
  }

  admit(input: HoldInput): Admission {
    if (input.costNano > this.#freeNano())
      return { admitted: false, refusal: this.#refusal(input) };
    const id = requestId(Date.now());
    this.#held.set(id, input.costNano);
    return {
      admitted: true,
      hold: {
        id,
        epoch: '00000000-0000-4000-8000-000000000000',
        account: input.account,
        key: input.key,
        acceptedAtMs: Date.now(),
        heldByKind: [input.costNano, 0n, 0n, 0n, 0n, 0n, 0n],
      },
    };
  }

  affordableNano(): bigint {
    return this.#freeNano();
  }

  queryAffordableNano(): Promise<bigint> {
    return Promise.resolve(this.#freeNano());
  }

  begin(_hold: Hold, record: BeginRecord): boolean {
    this.begun.push(record);
    return true;
  }

  commitTurn(begins: readonly Beginning[], ends: readonly Finishing[]): void {
    for (const end of ends) end.onCharged(this.end(end.hold, end.record));
    for (const begin of begins) begin.onBegun(this.begin(begin.hold, begin.record));
  }

  attempt(_hold: Hold, candidateIndex: number): void {
    this.attempts.push(candidateIndex);
  }

  progress(_hold: Hold, usage: ProgressUsage): void {
    this.progressed.push(usage);
  }

  extend(hold: Hold, costNano: bigint): boolean | Promise<boolean> {
    this.extended += 1;
    const scripted = this.extensions.shift();
    if (scripted !== undefined) return scripted;
    if (costNano > this.#freeNano()) return false;
    this.#held.set(hold.id, (this.#held.get(hold.id) ?? 0n) + costNano);
    return true;
  }

  void(hold: Hold): void {
    this.voided += 1;
    this.#held.delete(hold.id);
  }

  end(hold: Hold, record: EndRecord): Charged {
    if (!this.#held.delete(hold.id)) throw new Error('This request ended twice.');
    this.balanceNano -= record.costNano;
    const charged = { costNano: record.costNano, absorbedNano: 0n, tokens: record.tokens };
    this.ended.push({ hold, record, charged });
    return charged;
  }

  recordRefusal(row: Refused): void {
    this.refused.push(row);
  }

  heldByAccount(): ReadonlyMap<string, bigint> {
    return new Map();
  }

  /** Requests that hold money now. */
  get open(): number {
    return this.#held.size;
  }

  /** Row of the only ended request. */
  onlyRow(): Pick<SettleRow, 'status' | 'source' | 'http_status'> & EndRecord['row'] {
    const [first] = this.ended;
    if (first === undefined || this.ended.length !== 1) {
      throw new Error(`${String(this.ended.length)} requests ended.`);
    }
    return first.record.row;
  }

  #freeNano(): bigint {
    let held = 0n;
    for (const amount of this.#held.values()) held += amount;
    return this.balanceNano - held;
  }

  #refusal(input: HoldInput): Refusal {
    return {
      code: 'insufficient_balance',
      kind: 0,
      cap: this.balanceNano,
      used: 0n,
      held: this.balanceNano - this.#freeNano(),
      estimate: input.costNano,
      resetAtMs: null,
      retryAfterS: null,
    };
  }
}
