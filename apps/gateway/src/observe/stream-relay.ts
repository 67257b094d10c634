import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { NO_USAGE, type Usage } from '@weir/domain';
import { failpoint } from '@weir/platform';
import { jsonArrayStream, KEEP_ALIVE_FRAME, type AnswerStream } from '@weir/providers';
import type { Ender, Ending, Finisher } from '../end/ending.js';
import type { AttemptOutcome } from '../forward/attempt.js';
import type { GatewayLimits } from '../limits.js';
import type { Charged, MoneyPathApi } from '../money/money-path.types.js';
import { errorFacts } from '../refuse/error-body.js';
import type { Exchange, Relay } from '../request/exchange.js';
import type { Way } from '../forward/ways.js';
import { withCostEvent } from './answer-cost.js';
import { countUsage } from './counted-usage.js';
import { answerInput } from './answer-input.js';
import { ChunkedBody } from './chunked-body.js';
import { SliceGuard } from './slice-guard.js';

export interface StreamRelayServices {
  readonly money: MoneyPathApi;
  readonly ender: Ender;
  readonly limits: GatewayLimits;
  /** Whether an upstream is read on after its client left. */
  readonly drains: boolean;
}

const PROGRESS_TOKENS = 64;
const PROGRESS_MS = 1_000;

/**
 * One streamed answer: bytes go from upstream to the client as they came or translated, and beside them usage is
 * read. Three rules shape it:
 *  - nothing is forwarded that the hold does not cover; where it ends, upstream is paused until it grew (H36);
 *  - `end` is journaled before the bytes that carry the end leave, so a client that saw the end was charged;
 *  - a slow client pauses upstream, a client that left does not: its stream is read on for the true usage.
 */
export class StreamRelay implements Relay, Finisher {
  readonly #x: Exchange;
  readonly #services: StreamRelayServices;
  readonly #stream: AnswerStream;
  readonly #slices: SliceGuard;
  readonly #head: string[];
  readonly #body: ChunkedBody;
  /** Bytes observed but not yet covered by the hold. */
  #uncovered: Uint8Array | null = null;
  /** Produced bytes that were covered so far: what a stopped stream is charged for. */
  #coveredBytes = 0;
  /** The last bytes, which wait for the end to be journaled. */
  #out: Uint8Array | null = null;
  #waitingForClient = false;
  #ending = false;
  #lastProgressMs: number;
  #lastProgressTokens = 0;
  #lastWriteMs: number;

  constructor(x: Exchange, services: StreamRelayServices, head: string[], way: Way) {
    this.#x = x;
    this.#services = services;
    this.#head = head;
    this.#body = new ChunkedBody(x.res);
    this.#lastWriteMs = performance.now();
    this.#lastProgressMs = this.#lastWriteMs;
    const stream = way.stream(answerInput(x));
    this.#stream = x.route.asArray ? jsonArrayStream(stream) : stream;
    this.#slices = new SliceGuard(x, services.money, services.limits.sliceTokens, this);
  }

  onData(chunk: Buffer): boolean {
    if (this.#ending) return true;
    const stream = this.#stream;
    const out = stream.push(chunk);
    if (!this.#slices.covers(stream.outputTokensBound)) {
      this.#uncovered = out;
      return false;
    }
    this.#coveredBytes = stream.producedBytes;
    if (stream.isDone) {
      this.#complete(out);
      return true;
    }
    this.#progress();
    return this.#write(out);
  }

  onEnd(): void {
    if (this.#ending || this.#uncovered !== null) return;
    const tail = this.#stream.finish();
    this.#coveredBytes = this.#stream.producedBytes;
    this.#complete(tail);
  }

  onFailed(outcome: AttemptOutcome): void {
    if (this.#ending) return;
    if (this.#x.clientGone) this.#finishCounted('client_closed', null);
    else {
      const code = outcome === 'timeout' ? 'upstream_timeout' : 'upstream_unavailable';
      this.#finishCounted(code, this.#errorEvent(code));
    }
  }

  onClientGone(): void {
    if (this.#ending) return;
    this.#waitingForClient = false;
    if (!this.#services.drains) this.stop('client_closed');
    else if (this.#uncovered === null) this.#x.attempt?.resume();
  }

  stop(code: ErrorCodeName): void {
    if (this.#ending) return;
    this.#x.attempt?.cancel(code === 'upstream_timeout' ? 'timeout' : 'cancelled');
    this.#finishCounted(code, this.#x.clientGone ? null : this.#errorEvent(code));
  }

  tick(nowMs: number): void {
    if (this.#ending) return;
    const { limits } = this.#services;
    const { attempt } = this.#x;
    if (this.#x.clientGone) {
      if (nowMs - this.#x.clientGoneMs > limits.drainMs) this.stop('client_closed');
      return;
    }
    if (this.#waitingForClient) {
      if (nowMs - this.#lastWriteMs > limits.writeIdleMs) this.#x.res.destroy();
      return;
    }
    if (attempt === null || attempt.paused) return;
    if (nowMs - attempt.lastByteMs > limits.idleMs) {
      this.stop('upstream_timeout');
      return;
    }
    this.#progress();
    const silentMs = nowMs - Math.max(this.#lastWriteMs, attempt.lastByteMs);
    // Whole events only are forwarded, but for an oversized one, which a comment would break in two.
    const fits = this.#x.answered && !this.#stream.isInsideEvent;
    if (fits && silentMs > limits.keepAliveCommentMs) {
      this.#write(this.#stream.keepAlive ?? KEEP_ALIVE_FRAME);
    }
  }

  usage(): Usage {
    const { usage, promptUsage, estimatedTokens: output } = this.#stream;
    if (usage !== null) return usage;
    return { ...(promptUsage ?? { ...NO_USAGE, input: this.#x.inputTokensEstimate }), output };
  }

  /** The hold grew: what waited may go. */
  onSliceGranted(): void {
    const out = this.#uncovered;
    if (this.#ending || out === null) return;
    if (!this.#slices.covers(this.#stream.outputTokensBound)) return;
    this.#uncovered = null;
    this.#coveredBytes = this.#stream.producedBytes;
    if (this.#stream.isDone) this.#complete(out);
    else if (this.#write(out)) this.#x.attempt?.resume();
  }

  /** No more money: the stream ends between two events, as if `max_tokens` had been reached. */
  onSliceRefused(): void {
    if (this.#ending || this.#uncovered === null) return;
    this.#x.attempt?.cancel('cancelled');
    this.#finishCounted(this.#x.clientGone ? 'client_closed' : 'ok', null);
  }

  #write(out: Uint8Array): boolean {
    const x = this.#x;
    if (x.clientGone || out.length === 0) return true;
    if (!x.answered) this.#open();
    this.#lastWriteMs = performance.now();
    void failpoint('FP5');
    const { streamBufferBytesMax } = this.#services.limits;
    if (this.#body.write(out) || x.res.writableLength < streamBufferBytesMax) {
      return true;
    }
    this.#waitingForClient = true;
    return false;
  }

  #open(): void {
    const x = this.#x;
    x.answered = true;
    x.firstByteMs = performance.now();
    this.#body.open(200, this.#head);
    x.res.on('drain', () => {
      if (!this.#waitingForClient) return;
      this.#waitingForClient = false;
      this.#lastWriteMs = performance.now();
      if (this.#uncovered === null) x.attempt?.resume();
    });
  }

  #progress(): void {
    const tokens = this.#stream.estimatedTokens;
    const { hold } = this.#x;
    if (tokens === this.#lastProgressTokens || hold === null) return;
    const nowMs = performance.now();
    const grownEnough = tokens - this.#lastProgressTokens >= PROGRESS_TOKENS;
    if (!grownEnough && nowMs - this.#lastProgressMs < PROGRESS_MS) return;
    this.#lastProgressTokens = tokens;
    this.#lastProgressMs = nowMs;
    this.#services.money.progress(hold, this.usage());
  }

  /** Upstream said all it had to say. `out` holds the last bytes. */
  #complete(out: Uint8Array): void {
    const { usage, error, producedBytes } = this.#stream;
    const status = error === null ? 'ok' : 'upstream_unavailable';
    if (usage !== null) this.#finish(this.#endingOf(status, usage, 0), out);
    else if (error !== null && producedBytes === 0)
      this.#finish(this.#endingOf(status, null, 0), out);
    else this.#finishCounted(status, out);
  }

  /** Charges what was covered: the provider's own figure where it came before the break, else our count. */
  #finishCounted(status: Ending['status'], out: Uint8Array | null): void {
    this.#ending = true;
    this.#uncovered = null;
    const reported = this.#stream.usage;
    if (reported !== null) {
      this.#finish(this.#endingOf(status, reported, 0), out);
      return;
    }
    const prompt = this.#stream.promptUsage ?? null;
    const counted = countUsage(this.#x, this.#stream.producedText(), this.#coveredBytes, prompt);
    if (counted instanceof Promise) {
      void counted.then(({ usage, surplusTokens }) => {
        this.#finish(this.#endingOf(status, usage, surplusTokens), out);
      });
    } else {
      this.#finish(this.#endingOf(status, counted.usage, counted.surplusTokens), out);
    }
  }

  #endingOf(status: Ending['status'], usage: Usage | null, surplusTokens: number): Ending {
    const stream = this.#stream;
    const gone = this.#x.clientGone;
    const told = gone && status === 'ok' ? 'client_closed' : status;
    const reported = gone ? 'drained' : 'reported';
    return {
      status: told,
      httpStatus: told === 'ok' ? 200 : ERROR_CODES[told].status,
      usage,
      source: usage === null ? 'none' : stream.usage === null ? 'counted' : reported,
      finishReason: this.#slices.refused ? 'length' : stream.finishReason,
      reportedModel: stream.reportedModel,
      surplusTokens,
    };
  }

  #finish(ending: Ending, out: Uint8Array | null): void {
    this.#ending = true;
    this.#out = out;
    this.#services.ender.end(this.#x, ending, this);
  }

  onUnrecorded(ending: Ending): void {
    this.#x.res.destroy();
    this.#services.ender.close(this.#x, ending, null);
  }

  onCharged(ending: Ending, charged: Charged): void {
    const out = this.#out;
    const x = this.#x;
    const { res } = x;
    if (!x.clientGone && !res.destroyed) {
      if (!x.answered) this.#open();
      if (this.#slices.refused) {
        this.#body.end(this.#stream.stop(ending.usage), 'x-weir-stop: budget');
      } else if (out !== null && out.length > 0) {
        const { usage } = ending;
        const told = x.costTold && usage !== null && ending.status === 'ok';
        const last = told ? withCostEvent(x, this.#stream, out, { ...charged, usage }) : out;
        this.#body.end(last);
      } else {
        this.#body.end(null);
      }
    }
    this.#services.ender.close(x, ending, charged);
  }

  #errorEvent(code: ErrorCodeName): Uint8Array {
    return this.#stream.fail(errorFacts(code, this.#x.requestId));
  }
}
