import { costNano as costOf, effectiveTokens, priceOfUsage, totalTokens } from '@weir/domain';
import { failpoint } from '@weir/platform';
import type {
  Charged,
  EndRecord,
  Finishing,
  Hold,
  MoneyPathApi,
} from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';
import type { Ender, Ending, Finisher } from './ending.js';
import { isoInstant } from './iso-instant.js';
import type { TurnBatch } from './turn-batch.js';

/** Who else hears of an ended request. */
export interface EndListener {
  onEnded(x: Exchange, ending: Ending, charged: Charged | null): void;
}

/** Ends requests: price, journal, release; then everybody who counts is told. */
export class RequestEnder implements Ender {
  readonly #money: MoneyPathApi;
  readonly #turn: TurnBatch;
  readonly #listener: EndListener;

  constructor(money: MoneyPathApi, turn: TurnBatch, listener: EndListener) {
    this.#money = money;
    this.#turn = turn;
    this.#listener = listener;
  }

  end(x: Exchange, ending: Ending, finisher: Finisher): void {
    const { hold, attempt } = x;
    if (hold === null) throw new Error('A request without a hold cannot end with a charge.');
    const { usage } = ending;
    const priced = x.candidates[x.candidateIndex];
    let costNano = 0n;
    let tokens = 0n;
    let surplusNano = 0n;
    void failpoint('FP6');
    if (usage !== null && priced !== undefined) {
      costNano = costOf(usage, priced.price);
      tokens = effectiveTokens(totalTokens(usage), x.templateFactor, priced.endpoint.serverFactor);
      if (ending.surplusTokens > 0) {
        surplusNano =
          (BigInt(ending.surplusTokens) * priceOfUsage(priced.price, usage).output) / 1_000_000n;
      }
    }
    if (attempt !== null && x.attemptLines.length < x.attemptsBegun) {
      x.noteAttempt(attempt.outcome ?? 'ok', this.#money.nowMs());
    }
    const record: EndRecord = {
      costNano,
      tokens,
      surplusNano,
      row: rowOf(x, ending, costNano, this.#money.nowMs()),
    };
    this.#turn.end(new Finish(hold, record, ending, finisher));
  }

  close(x: Exchange, ending: Ending, charged: Charged | null): void {
    if (x.phase === 'ended') return;
    x.phase = 'ended';
    const { usage } = ending;
    x.idempotency?.ended(ending);
    if (x.limitGrant !== null && usage !== null) x.limitGrant.tokensSpent = totalTokens(usage);
    this.#listener.onEnded(x, ending, charged);
  }
}

/** One request of a turn's ends. */
class Finish implements Finishing {
  constructor(
    readonly hold: Hold,
    readonly record: EndRecord,
    private readonly ending: Ending,
    private readonly finisher: Finisher,
  ) {}

  onCharged(charged: Charged): void {
    this.finisher.onCharged(this.ending, charged);
  }

  onUnrecorded(): void {
    this.finisher.onUnrecorded(this.ending);
  }
}

function rowOf(x: Exchange, ending: Ending, costNano: bigint, nowMs: number): EndRecord['row'] {
  const { usage } = ending;
  const { attempt } = x;
  const nowMonotonicMs = performance.now();
  const priced = attempt?.endpoint ?? null;
  const firstByteMs = x.firstByteMs === 0 ? nowMonotonicMs : x.firstByteMs;
  const answered = ending.httpStatus < 400 || x.firstByteMs !== 0;
  return {
    first_byte_at: answered ? isoInstant(nowMs - (nowMonotonicMs - firstByteMs)) : null,
    completed_at: isoInstant(nowMs),
    reported_model: ending.reportedModel,
    provider: priced?.endpoint.provider ?? null,
    endpoint_id: priced?.endpoint.id ?? null,
    region: priced?.endpoint.region ?? null,
    http_status: ending.httpStatus,
    status: ending.status,
    finish_reason: ending.finishReason,
    input_tokens: usage?.input ?? null,
    cache_read_tokens: usage?.cacheRead ?? null,
    cache_write_5m_tokens: usage?.cacheWrite5m ?? null,
    cache_write_1h_tokens: usage?.cacheWrite1h ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
    source: ending.source,
    price_version: priced?.price.versionId ?? null,
    server_factor: priced?.endpoint.serverFactor ?? 10_000,
    latency_ms: Math.round(firstByteMs - x.arrivedMs),
    duration_ms: Math.round(nowMonotonicMs - x.arrivedMs),
    attempts: x.attemptsBegun,
    trace: traceOf(x, ending, costNano),
    ...(x.plan?.spansModels === true && priced !== null ? { model: priced.endpoint.model } : {}),
  };
}

/** The plan with how each attempt went (decisions §7); null when no route was chosen. */
function traceOf(x: Exchange, ending: Ending, costNano: bigint): unknown {
  return x.plan === null
    ? null
    : x.plan.traceWith(x.attemptLines, ending.usage, costNano, x.misfits);
}
