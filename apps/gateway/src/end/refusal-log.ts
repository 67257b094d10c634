import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { requestId } from '../money/request-id.js';
import type { MoneyPathApi } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

/** Keys whose refusals are counted at once; those of further keys show in the metrics alone. */
const KEYS_MAX = 10_000;
/** How long refusals beyond the rows are counted before they become one row. */
const COUNTED_MS = 60_000;

type RefusalRow = Parameters<MoneyPathApi['recordRefusal']>[0];

/** What was refused of one key beyond its rows, since the last flush. */
interface Counted {
  /** The first of them. */
  readonly row: RefusalRow;
  readonly byCode: Map<ErrorCodeName, number>;
}

/**
 * Writes refused requests as rows of cost 0, a few per key and second; the rest are counted and become one row a
 * minute (decisions §12): a hammering client must not fill the log, nor go unseen.
 */
export class RefusalLog {
  readonly #money: MoneyPathApi;
  readonly #perSecondMax: number;
  readonly #rowsByKey = new Map<string, number>();
  #second = 0;
  #counted = new Map<string, Counted>();
  readonly #timer: NodeJS.Timeout;
  /** Refusals that got no row of their own. */
  leftOut = 0;

  constructor(money: MoneyPathApi, perSecondMax: number) {
    this.#money = money;
    this.#perSecondMax = perSecondMax;
    this.#timer = setInterval(() => {
      this.flush();
    }, COUNTED_MS);
    this.#timer.unref();
  }

  /** Logs a request of a known key that was refused before it took a hold. */
  record(x: Exchange, code: ErrorCodeName): void {
    const { key } = x;
    if (key === null) return;
    if (this.#mayHaveRow(key.id)) {
      this.#money.recordRefusal(rowOf(x, key, code, this.#money.nowMs()));
      return;
    }
    this.leftOut += 1;
    const counted = this.#counted.get(key.id);
    if (counted !== undefined) {
      counted.byCode.set(code, (counted.byCode.get(code) ?? 0) + 1);
    } else if (this.#counted.size < KEYS_MAX) {
      const row = rowOf(x, key, code, this.#money.nowMs());
      this.#counted.set(key.id, { row, byCode: new Map([[code, 1]]) });
    }
  }

  /** Writes one row per key for what was only counted: each minute, and before the money path closes. */
  flush(): void {
    const all = this.#counted;
    this.#counted = new Map();
    const completedAt = new Date(this.#money.nowMs()).toISOString();
    for (const { row, byCode } of all.values()) {
      let refusals = 0;
      let commonest: [ErrorCodeName, number] | null = null;
      for (const entry of byCode) {
        refusals += entry[1];
        if (commonest === null || entry[1] > commonest[1]) commonest = entry;
      }
      if (commonest === null) continue;
      const [status] = commonest;
      const { status: httpStatus } = ERROR_CODES[status];
      this.#money.recordRefusal({
        ...row,
        status,
        http_status: httpStatus,
        completed_at: completedAt,
        duration_ms: null,
        refusals,
      });
    }
  }

  /** Writes what is counted and counts no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #mayHaveRow(key: string): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second || this.#rowsByKey.size > KEYS_MAX) {
      this.#second = second;
      this.#rowsByKey.clear();
    }
    const rows = (this.#rowsByKey.get(key) ?? 0) + 1;
    this.#rowsByKey.set(key, rows);
    return rows <= this.#perSecondMax;
  }
}

function rowOf(
  x: Exchange,
  key: NonNullable<Exchange['key']>,
  code: ErrorCodeName,
  nowMs: number,
): RefusalRow {
  const at = new Date(nowMs).toISOString();
  return {
    id: requestId(nowMs),
    account: key.account,
    key: key.id,
    accepted_at: at,
    first_byte_at: null,
    completed_at: at,
    endpoint: x.route.path,
    dialect: x.route.dialect,
    streamed: x.call?.reading.stream ?? false,
    requested_model: x.call?.reading.model ?? '',
    model: x.model?.id ?? x.call?.reading.model ?? '',
    reported_model: null,
    provider: null,
    endpoint_id: null,
    region: null,
    template: key.templateName,
    mode: 'native',
    parent: null,
    http_status: ERROR_CODES[code].status,
    status: code,
    finish_reason: null,
    input_tokens: null,
    cache_read_tokens: null,
    cache_write_5m_tokens: null,
    cache_write_1h_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    source: 'none',
    price_version: null,
    template_factor: key.templateFactor,
    server_factor: 10_000,
    latency_ms: null,
    duration_ms: Math.round(performance.now() - x.arrivedMs),
    attempts: 0,
    trace: x.plan === null ? null : x.plan.traceWith([], null, 0n),
    client_ip: x.recordedAddress,
    user_agent: x.userAgent,
    correlation_id: x.correlationId,
  };
}
