import type { PricedEndpoint } from '../config-cache/served-endpoint.js';
import type { Ending } from '../end/ending.js';
import type { Charged } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';
import { formatMoney, nano } from '@weir/units';

/** OTel GenAI's buckets, seconds. */
const BUCKETS_S = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/** A histogram in plain numbers: `counts[i]` fell into bucket i, the last one above all bounds. */
interface Distribution {
  readonly counts: number[];
  sumS: number;
}

/** Figures of one combination of labels. */
interface Series {
  readonly labels: string;
  readonly model: string;
  requests: number;
  readonly duration: Distribution;
  readonly firstByte: Distribution;
  readonly tokens: Record<'input' | 'output' | 'cache_read' | 'cache_write' | 'reasoning', number>;
}

const SERIES_MAX = 5_000;

/**
 * Metrics of the data plane, named as api.md lists them. prom-client hashes labels at each call, which is dear on
 * this path: requests are summed per series in plain numbers and written as Prometheus' text when scraped.
 */
export class GatewayMetrics {
  readonly #series = new Map<string, Series>();
  readonly #streamed = new WeakMap<PricedEndpoint, Series | null>();
  readonly #whole = new WeakMap<PricedEndpoint, Series | null>();
  readonly #currency: string;
  #costNano = 0n;
  #fallbacks = 0;

  constructor(currency: string) {
    this.#currency = currency;
  }

  /** Counts an ended request. */
  ended(x: Exchange, ending: Ending, charged: Charged | null): void {
    const series = this.#seriesOf(x, ending);
    if (series === null) return;
    const nowMs = performance.now();
    const firstByteMs = x.firstByteMs === 0 ? nowMs : x.firstByteMs;
    series.requests += 1;
    note(series.duration, (nowMs - x.arrivedMs) / 1000);
    note(series.firstByte, (firstByteMs - x.arrivedMs) / 1000);
    const { usage } = ending;
    if (usage !== null) {
      const { tokens } = series;
      tokens.input += usage.input;
      tokens.output += usage.output;
      tokens.cache_read += usage.cacheRead;
      tokens.cache_write += usage.cacheWrite5m + usage.cacheWrite1h;
      tokens.reasoning += usage.reasoning;
    }
    if (charged !== null) this.#costNano += charged.costNano;
    if (x.attemptsBegun > 1) this.#fallbacks += x.attemptsBegun - 1;
  }

  /** Prometheus' text format. */
  text(inFlight: number, loopDelayMs: number, refusalsLeftOut: number): string {
    const all = [...this.#series.values()];
    const lines: string[] = [];
    family(lines, 'weir_requests_total', 'counter', 'Requests that ended.');
    for (const { labels, requests } of all) {
      lines.push(`weir_requests_total{${labels}} ${String(requests)}`);
    }
    family(lines, 'weir_request_duration_seconds', 'histogram', 'From arrival to the last byte.');
    for (const { labels, duration } of all) {
      histogram(lines, 'weir_request_duration_seconds', labels, duration);
    }
    family(lines, 'weir_time_to_first_token_seconds', 'histogram', 'From arrival to first byte.');
    for (const { labels, firstByte } of all) {
      histogram(lines, 'weir_time_to_first_token_seconds', labels, firstByte);
    }
    family(lines, 'weir_tokens_total', 'counter', 'Billable tokens.');
    for (const { labels, tokens } of all) {
      for (const [type, count] of Object.entries(tokens)) {
        if (count > 0) lines.push(`weir_tokens_total{${labels},type="${type}"} ${String(count)}`);
      }
    }
    family(lines, 'weir_cost_total', 'counter', 'Charged, in units of the ledger currency.');
    lines.push(
      `weir_cost_total{currency="${this.#currency}"} ${formatMoney(nano(this.#costNano))}`,
    );
    single(lines, 'weir_fallback_total', 'counter', this.#fallbacks);
    single(lines, 'weir_refusals_unlogged_total', 'counter', refusalsLeftOut);
    single(lines, 'weir_inflight_requests', 'gauge', inFlight);
    single(lines, 'weir_loop_delay_p99_ms', 'gauge', loopDelayMs);
    return `${lines.join('\n')}\n`;
  }

  /** The series of plain successes is found by its endpoint: no text is put together on the hot path. */
  #seriesOf(x: Exchange, ending: Ending): Series | null {
    const priced = x.attempt?.endpoint;
    if (ending.status !== 'ok' || priced === undefined) return this.#labelled(x, ending);
    const cache = x.call?.reading.stream === true ? this.#streamed : this.#whole;
    let series = cache.get(priced);
    if (series === undefined) {
      series = this.#labelled(x, ending);
      cache.set(priced, series);
    }
    return series;
  }

  #labelled(x: Exchange, ending: Ending): Series | null {
    const model = x.attempt?.endpoint.endpoint.model ?? x.model?.id ?? '';
    const provider = x.attempt?.endpoint.endpoint.provider ?? '';
    const stream = x.call?.reading.stream === true;
    const slot = `${model}|${provider}|${String(stream)}|${ending.status}|${String(ending.httpStatus)}`;
    const found = this.#series.get(slot);
    if (found !== undefined) return found;
    if (this.#series.size >= SERIES_MAX) return null;
    const labels = [
      `model="${escaped(model)}"`,
      `provider="${escaped(provider)}"`,
      `status_class="${String(Math.floor(ending.httpStatus / 100))}xx"`,
      `error_type="${ending.status === 'ok' ? '' : ending.status}"`,
      `stream="${String(stream)}"`,
    ].join(',');
    const fresh: Series = {
      labels,
      model,
      requests: 0,
      duration: { counts: new Array<number>(BUCKETS_S.length + 1).fill(0), sumS: 0 },
      firstByte: { counts: new Array<number>(BUCKETS_S.length + 1).fill(0), sumS: 0 },
      tokens: { input: 0, output: 0, cache_read: 0, cache_write: 0, reasoning: 0 },
    };
    this.#series.set(slot, fresh);
    return fresh;
  }
}

function note(distribution: Distribution, seconds: number): void {
  let i = 0;
  while (i < BUCKETS_S.length && seconds > (BUCKETS_S[i] ?? 0)) i += 1;
  distribution.counts[i] = (distribution.counts[i] ?? 0) + 1;
  distribution.sumS += seconds;
}

function family(lines: string[], name: string, type: string, help: string): void {
  lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
}

function single(lines: string[], name: string, type: string, value: number): void {
  lines.push(`# TYPE ${name} ${type}`, `${name} ${String(value)}`);
}

function histogram(lines: string[], name: string, labels: string, of: Distribution): void {
  let below = 0;
  of.counts.forEach((count, i) => {
    below += count;
    const bound = BUCKETS_S[i];
    const le = bound === undefined ? '+Inf' : String(bound);
    lines.push(`${name}_bucket{${labels},le="${le}"} ${String(below)}`);
  });
  lines.push(
    `${name}_sum{${labels}} ${String(of.sumS)}`,
    `${name}_count{${labels}} ${String(below)}`,
  );
}

/** Label values as the text format wants them. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
