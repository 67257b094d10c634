import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import type { AnswerReading, ClientAnswer } from '@weir/providers';
import { NO_USAGE, type Usage } from '@weir/domain';
import type { Ender, Ending, Finisher } from '../end/ending.js';
import type { AttemptOutcome } from '../forward/attempt.js';
import type { GatewayLimits } from '../limits.js';
import type { Charged } from '../money/money-path.types.js';
import type { Exchange, Relay } from '../request/exchange.js';
import { costHeaderOf, identityBesideIds } from '../end/answer-headers.js';
import type { Way } from '../forward/ways.js';
import { withCost } from './answer-cost.js';
import { answerInput } from './answer-input.js';
import { usageFromTail, TAIL_BYTES } from './usage-tail.js';
import { countTokens } from './token-counter.js';

export interface AnswerRelayServices {
  readonly ender: Ender;
  readonly limits: GatewayLimits;
  readonly drains: boolean;
}

/** How an answer begins, and the way it goes. */
export interface AnswerRelayHead {
  readonly status: number;
  /** Flat; this relay adds to it. */
  readonly headers: string[];
  readonly way: Way;
}

const EMPTY = Buffer.alloc(0);

/**
 * One answer that is not streamed. It is held back up to 1 MB, so that its cost can stand in a header and the
 * `end` is journaled before a byte of it leaves. A larger one passes while it comes, but for its last chunk.
 */
export class AnswerRelay implements Relay, Finisher {
  readonly #x: Exchange;
  readonly #services: AnswerRelayServices;
  readonly #status: number;
  readonly #head: string[];
  readonly #way: Way;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Whether the answer passes while it comes. */
  #passing = false;
  #tail: Buffer = EMPTY;
  /** What is still to be written when the end is journaled; null = the answer is incomplete. */
  #body: Buffer | null = null;
  /** The whole answer, a character a byte, where it leaves as it came. */
  #text: string | null = null;
  #ended = false;
  #waitingForClient = false;
  #lastWriteMs = performance.now();

  constructor(x: Exchange, services: AnswerRelayServices, head: AnswerRelayHead) {
    this.#x = x;
    this.#services = services;
    this.#status = head.status;
    this.#head = head.headers;
    this.#way = head.way;
  }

  onData(chunk: Buffer): boolean {
    if (this.#ended) return true;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    const { limits } = this.#services;
    if (this.#bytes <= limits.heldBackBytesMax) return true;
    if (this.#bytes > limits.answerBytesMax) {
      this.stop('upstream_unavailable');
      return true;
    }
    // What is translated is read whole before a byte of it can leave.
    return this.#way.passesBytes ? this.#pass() : true;
  }

  onEnd(): void {
    if (this.#ended) return;
    this.#ended = true;
    const first = this.#chunks[0];
    const body =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    if (this.#passing) {
      this.#judge(this.#readTail(body), body);
      return;
    }
    const way = this.#way;
    if (!way.passesBytes) {
      const answer = way.answer(body, answerInput(this.#x));
      this.#judge(answer, asBuffer(answer.body));
      return;
    }
    // Latin-1 maps each byte to one character and back: one string serves the reader, which needs only the
    // ASCII parts of it, and the socket, which then takes head and body in a single write.
    const text = body.toString('latin1');
    this.#text = text;
    this.#judge(way.answer(body, answerInput(this.#x, text)), body);
  }

  #judge(answer: ClientAnswer, body: Buffer): void {
    const { reading } = answer;
    if (reading.usage !== null) {
      this.#finish(this.#endingOf(reading, reading.usage, true), body);
    } else if (reading.error !== null) {
      this.#finish(this.#endingOf(reading, null, false), body);
    } else {
      this.#finishCounted(answer, body);
    }
  }

  onFailed(outcome: AttemptOutcome): void {
    if (this.#ended) return;
    if (this.#x.clientGone) this.#breakOff('client_closed');
    else this.#breakOff(outcome === 'timeout' ? 'upstream_timeout' : 'upstream_unavailable');
  }

  onClientGone(): void {
    if (this.#ended) return;
    this.#waitingForClient = false;
    if (this.#services.drains) this.#x.attempt?.resume();
    else this.stop('client_closed');
  }

  stop(code: ErrorCodeName): void {
    if (this.#ended) return;
    this.#x.attempt?.cancel(code === 'upstream_timeout' ? 'timeout' : 'cancelled');
    this.#breakOff(code);
  }

  tick(nowMs: number): void {
    if (this.#ended) return;
    const { limits } = this.#services;
    const { attempt } = this.#x;
    if (this.#x.clientGone) {
      if (nowMs - this.#x.clientGoneMs > limits.drainMs) this.stop('client_closed');
    } else if (this.#waitingForClient) {
      if (nowMs - this.#lastWriteMs > limits.writeIdleMs) this.#x.res.destroy();
    } else if (attempt !== null && nowMs - attempt.lastByteMs > limits.idleMs) {
      this.stop('upstream_timeout');
    }
  }

  usage(): Usage {
    return { ...NO_USAGE, input: this.#x.inputTokensEstimate };
  }

  /** Of a long answer only the end is at hand: its usage stands there. */
  #readTail(rest: Buffer): ClientAnswer {
    const tail = Buffer.concat([this.#tail, rest]);
    return this.#way.answer(usageFromTail(tail), answerInput(this.#x));
  }

  /** More than we hold back: everything but the newest chunk goes out now. */
  #pass(): boolean {
    const x = this.#x;
    const newest = this.#chunks.pop();
    const ready = Buffer.concat(this.#chunks);
    this.#chunks = newest === undefined ? [] : [newest];
    const tail = Buffer.concat([this.#tail, ready.subarray(-TAIL_BYTES)]);
    this.#tail = Buffer.from(tail.subarray(-TAIL_BYTES));
    if (x.clientGone) return true;
    if (!this.#passing) {
      this.#passing = true;
      x.answered = true;
      x.firstByteMs = performance.now();
      x.res.writeHead(this.#status, this.#head);
      x.res.on('drain', () => {
        this.#waitingForClient = false;
        x.attempt?.resume();
      });
    }
    this.#lastWriteMs = performance.now();
    const goOn =
      x.res.write(ready) || x.res.writableLength < this.#services.limits.streamBufferBytesMax;
    this.#waitingForClient = !goOn;
    return goOn;
  }

  #finishCounted(answer: ClientAnswer, body: Buffer): void {
    const { reading } = answer;
    const output = this.#passing
      ? Math.ceil(this.#bytes / BYTES_PER_TOKEN)
      : countTokens(answer.producedText());
    const input = this.#x.countInput();
    if (typeof output === 'number' && typeof input === 'number') {
      this.#finish(this.#endingOf(reading, { ...NO_USAGE, input, output }, false), body);
      return;
    }
    void Promise.all([input, output]).then(([inputTokens, outputTokens]) => {
      const usage = { ...NO_USAGE, input: inputTokens, output: outputTokens };
      this.#finish(this.#endingOf(reading, usage, false), body);
    });
  }

  /** The answer will not be complete: its input was processed, of its output nothing is known. */
  #breakOff(code: ErrorCodeName): void {
    this.#ended = true;
    const input = this.#x.countInput();
    if (typeof input === 'number') this.#brokenOff(code, input);
    else {
      void input.then((tokens) => {
        this.#brokenOff(code, tokens);
      });
    }
  }

  #brokenOff(code: ErrorCodeName, input: number): void {
    // An upstream that failed by itself bills nothing; one that we or the client left did its work.
    const charged = code === 'client_closed' || code === 'killed';
    const ending: Ending = {
      status: code,
      httpStatus: ERROR_CODES[code].status,
      usage: charged ? { ...NO_USAGE, input } : null,
      source: charged ? 'counted' : 'none',
      finishReason: null,
      reportedModel: null,
      surplusTokens: 0,
    };
    this.#finish(ending, null);
  }

  #endingOf(reading: AnswerReading, usage: Usage | null, reported: boolean): Ending {
    const gone = this.#x.clientGone;
    const failed = reading.error !== null && usage === null;
    const status = failed ? 'upstream_unavailable' : gone ? 'client_closed' : 'ok';
    const source = reported ? (gone ? 'drained' : 'reported') : 'counted';
    return {
      status,
      httpStatus: status === 'ok' ? this.#status : ERROR_CODES[status].status,
      usage,
      source: usage === null ? 'none' : source,
      finishReason: reading.finishReason,
      reportedModel: reading.reportedModel,
      surplusTokens: 0,
    };
  }

  #finish(ending: Ending, body: Buffer | null): void {
    this.#ended = true;
    this.#body = body;
    this.#services.ender.end(this.#x, ending, this);
  }

  onUnrecorded(ending: Ending): void {
    if (this.#passing) this.#x.res.destroy();
    else {
      this.#x.refuse('storage_unavailable', { retryAfterS: 2 }, identityBesideIds(this.#x));
    }
    this.#services.ender.close(this.#x, ending, null);
  }

  onCharged(ending: Ending, charged: Charged): void {
    const body = this.#body;
    const x = this.#x;
    const { res } = x;
    if (!x.clientGone && !res.destroyed) {
      if (this.#passing) {
        // Cut short, the missing end must show: a clean end would look like the whole answer.
        if (body === null) res.destroy();
        else res.end(body);
      } else if (body === null) {
        const { status } = ending;
        x.refuse(status === 'ok' ? 'internal_error' : status, {}, identityBesideIds(x));
      } else {
        x.answered = true;
        x.firstByteMs = performance.now();
        this.#answer(body, ending, charged);
      }
    }
    this.#services.ender.close(x, ending, charged);
  }

  #answer(body: Buffer, { usage, httpStatus }: Ending, charged: Charged): void {
    const { res, costTold } = this.#x;
    const told = costTold ? withCost(body, usage, charged) : body;
    const head = this.#head;
    head.push('content-length', String(told.length), 'x-weir-cost', costHeaderOf(charged));
    // An error in a 200 passes as it came; translated it is an error of ours, with its own status.
    const status = this.#way.passesBytes ? this.#status : httpStatus;
    this.#x.idempotency?.keep(status, head, told);
    res.writeHead(status, head);
    if (told === body && this.#text !== null) res.end(this.#text, 'latin1');
    else res.end(told);
  }
}

/** Ordinary text has about four bytes a token. */
const BYTES_PER_TOKEN = 4;

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
