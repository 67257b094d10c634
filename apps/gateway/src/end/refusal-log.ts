import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import type { MoneyPathApi } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';
import { requestId } from '../money/request-id.js';

const KEYS_MAX = 10_000;

/** Writes refused requests as rows of cost 0, a few per key and second: a hammering client must not fill the log. */
export class RefusalLog {
  readonly #money: MoneyPathApi;
  readonly #perSecondMax: number;
  readonly #countByKey = new Map<string, number>();
  #second = 0;
  /** Refusals that got no row. */
  leftOut = 0;

  constructor(money: MoneyPathApi, perSecondMax: number) {
    this.#money = money;
    this.#perSecondMax = perSecondMax;
  }

  /** Logs a request of a known key that was refused before it took a hold. */
  record(x: Exchange, code: ErrorCodeName): void {
    const { key } = x;
    if (key === null || !this.#mayRecord(key.id)) return;
    const nowMs = this.#money.nowMs();
    const at = new Date(nowMs).toISOString();
    this.#money.recordRefusal({
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
      trace: null,
      client_ip: x.recordedAddress,
      user_agent: x.userAgent,
      correlation_id: x.correlationId,
    });
  }

  #mayRecord(key: string): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second || this.#countByKey.size > KEYS_MAX) {
      this.#second = second;
      this.#countByKey.clear();
    }
    const count = (this.#countByKey.get(key) ?? 0) + 1;
    this.#countByKey.set(key, count);
    if (count <= this.#perSecondMax) return true;
    this.leftOut += 1;
    return false;
  }
}
