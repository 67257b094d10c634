import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCodeName } from '@weir/contracts';
import { ERROR_CODES } from '@weir/contracts';
import type { KeyEntry } from '../config-cache/key-entry.js';
import type { PricedEndpoint, ServedModel } from '../config-cache/served-endpoint.js';
import type { Attempt, AttemptListener, AttemptOutcome } from '../forward/attempt.js';
import type { RequestProblem } from '@weir/providers';
import type { Way } from '../forward/ways.js';
import { FACTOR_ONE, type Factor } from '@weir/units';
import { requestId } from '../money/request-id.js';
import type { IdempotentCall } from '../idempotency/idempotent-call.js';
import type { LimitGrant } from '../limits/limit-grant.js';
import type { RateState } from '../limits/limit-verdict.js';
import type { Hold, ProgressUsage } from '../money/money-path.types.js';
import { errorBody, errorFacts, errorHeaders, type ProblemDetail } from '../refuse/error-body.js';
import type { Call } from './call.js';
import type { RoutePlan } from '../route/route-plan.js';
import { COUNTED_CHARS_MAX, loadTokenizer } from '../observe/token-counter.js';
import { countInputOf } from './count-input.js';
import { readRequest } from './read-request.js';
import { bodySpecOf, type ProxyRoute } from './proxy-route.js';

/** What takes an answer's bytes: a stream, a whole answer or an upstream's error. */
export interface Relay {
  /** Answers whether the upstream may go on. */
  onData(chunk: Buffer): boolean;
  onEnd(): void;
  /** The upstream broke off after its head. */
  onFailed(outcome: AttemptOutcome): void;
  /** The client left. */
  onClientGone(): void;
  /** Ends the request with a code: an operator's kill or a passed deadline. */
  stop(code: ErrorCodeName): void;
  /** Called by the sweep. */
  tick(nowMs: number): void;
  /** Usage so far, for progress records and live figures. */
  usage(): ProgressUsage;
}

/** How the pipeline hears of an attempt. */
export interface ExchangeOwner {
  onHead(x: Exchange, attempt: Attempt, status: number, headers: IncomingHttpHeaders): boolean;
  onFailedBeforeHead(x: Exchange, attempt: Attempt, outcome: AttemptOutcome): void;
  /** The answer broke off after its head. */
  onBroken(attempt: Attempt, outcome: AttemptOutcome): void;
  onClientGone(x: Exchange): void;
}

/** One try, as the trace and the row's `attempts` tell it. */
export interface AttemptLine {
  readonly endpoint: string;
  readonly provider: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
}

/** A candidate that cannot take the request, and why. */
export interface Misfit {
  readonly priced: PricedEndpoint;
  readonly problem: RequestProblem;
}

const NOTHING_DROPPED: readonly string[] = [];

/** An unread body up to this is skipped, so that a refusal keeps its connection. */
const SKIPPED_BODY_BYTES_MAX = 64 * 1024;

export type Phase = 'reading' | 'admitting' | 'forwarding' | 'ended';

/**
 * One request from its head to its end: the state that the steps of the path share. It is also what undici's
 * callbacks and the client's socket events land on, so that a request needs no closures of its own.
 */
export class Exchange implements AttemptListener {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly route: ProxyRoute;
  readonly owner: ExchangeOwner;
  /** Monotonic instant of arrival, ms. */
  readonly arrivedMs: number;

  phase: Phase = 'reading';
  /** Place among the running requests; −1 = not among them. */
  runningIndex = -1;
  correlationId: string | null = null;
  /** Monotonic instant of the body's last byte; 0 = none yet. */
  lastBodyByteMs = 0;
  clientAddress = '';
  /** The address as rows keep it. */
  recordedAddress: string | null = null;
  userAgent: string | null = null;
  key: KeyEntry | null = null;
  /** Its place in the limits of its key; null = the key has none, or it was refused by them. */
  limitGrant: LimitGrant | null = null;
  /** Its Idempotency-Key; null = it has none. */
  idempotency: IdempotentCall | null = null;
  /** What answers tell of those limits. */
  rateState: RateState | null = null;
  call: Call | null = null;
  model: ServedModel | null = null;
  candidates: readonly PricedEndpoint[] = [];
  /** Index in `candidates` of the endpoint being tried. */
  candidateIndex = 0;
  hold: Hold | null = null;
  templateFactor: Factor = FACTOR_ONE;
  /** Upper bound of input tokens that the hold covers. */
  inputTokensBound = 0;
  /** What the input probably is: for progress records, never for bounds. */
  inputTokensEstimate = 0;
  /** What the hold amounts to now. */
  heldCostNano = 0n;
  heldTokens = 0n;
  /** Bound of output tokens per choice that is written into the request; null = the client's own stands. */
  sentMaxTokens: number | null = null;
  /** Output tokens that the hold covers now; grows by slices. */
  outputTokensHeld = 0;
  /** Output tokens that upstream was told not to exceed. */
  outputTokensMax = 0;
  attempt: Attempt | null = null;
  attemptsBegun = 0;
  /** Monotonic instant of the first dispatch; 0 = none yet. */
  firstDispatchMs = 0;
  readonly attemptLines: AttemptLine[] = [];
  /** Candidates that were passed over: their dialect has no place for what the request asks. */
  readonly misfits: Misfit[] = [];
  /** How the present attempt's bytes go. */
  way: Way | null = null;
  /** Members of the request that the present attempt's endpoint has no place for. */
  dropped: readonly string[] = NOTHING_DROPPED;
  /** Whether the answer's usage tells its cost. */
  costTold = false;
  relay: Relay | null = null;
  clientGone = false;
  /** Monotonic instant the client left; 0 = still there. */
  clientGoneMs = 0;
  /** Whether anything of the answer was given to the socket. */
  answered = false;
  /** Monotonic instant of the first byte given to the client; 0 = none yet. */
  firstByteMs = 0;
  killed = false;
  /** Whether other endpoints may be tried. */
  fallback = true;
  /** Why these candidates, for the trace. */
  plan: RoutePlan | null = null;
  #inputTokensCounted: number | null = null;
  #refusalId: string | null = null;

  constructor(req: IncomingMessage, res: ServerResponse, route: ProxyRoute, owner: ExchangeOwner) {
    this.req = req;
    this.res = res;
    this.route = route;
    this.owner = owner;
    this.arrivedMs = performance.now();
  }

  /** Echoed as `x-request-id`: the client's own, else the generation's, else one made for a refusal. */
  get requestId(): string {
    if (this.correlationId !== null) return this.correlationId;
    if (this.hold !== null) return this.hold.id;
    this.#refusalId ??= requestId(Date.now());
    return this.#refusalId;
  }

  onAttemptHead(attempt: Attempt, status: number, headers: IncomingHttpHeaders): boolean {
    return this.owner.onHead(this, attempt, status, headers);
  }

  onAttemptData(_attempt: Attempt, chunk: Buffer): boolean {
    return this.relay === null ? false : this.relay.onData(chunk);
  }

  onAttemptEnd(): void {
    this.relay?.onEnd();
  }

  onAttemptFailed(attempt: Attempt, outcome: AttemptOutcome): void {
    if (this.relay === null) {
      this.owner.onFailedBeforeHead(this, attempt, outcome);
      return;
    }
    this.owner.onBroken(attempt, outcome);
    this.relay.onFailed(outcome);
  }

  /** The client's socket closed; whether it had its whole answer shows in `phase`. */
  closed(): void {
    if (this.phase === 'ended' || this.clientGone) return;
    this.clientGone = true;
    this.clientGoneMs = performance.now();
    this.owner.onClientGone(this);
  }

  /** Input tokens by our tokenizer; a promise only while its tables load. */
  countInput(): number | Promise<number> {
    if (this.#inputTokensCounted !== null) return this.#inputTokensCounted;
    const tokenizer = loadTokenizer();
    if (tokenizer instanceof Promise) return tokenizer.then((count) => this.#counted(count));
    return this.#counted(tokenizer);
  }

  /**
   * No more input than this, by our tokenizer: every text that may reach a model, also where a count leaves it out
   * (refusals, thoughts, arguments), and what a provider may add.
   */
  async countInputBound(): Promise<number> {
    const { call, model } = this;
    const count = await loadTokenizer();
    // Where the tokenizer only estimates, bytes are the bound.
    const most = (text: string): number =>
      text.length > COUNTED_CHARS_MAX ? Buffer.byteLength(text) : count(text);
    const read = readRequest(bodySpecOf(this.route), call?.parsed, most);
    if (!read.ok || model === null) return this.inputTokensBound;
    const { images, audios, files, inputTokensBound } = read.request;
    return inputTokensBound + (images + audios + files) * model.imageTokensMax;
  }

  #counted(count: (text: string) => number): number {
    const reading = this.call?.reading;
    if (reading === undefined || this.model === null) return 0;
    const media = (reading.images + reading.audios + reading.files) * this.model.imageTokensMax;
    const text = countInputOf(this.route, this.call?.parsed, count);
    // A body that was read beside the event loop is not counted on it either: its estimate stands.
    const tokens = this.call?.whole === true ? text + media : this.inputTokensEstimate;
    this.#inputTokensCounted = tokens;
    return tokens;
  }

  /** A body we will not read: a short one is skipped, a long one is not worth the wait. */
  #hasLongBody(): boolean {
    if (this.req.complete) return false;
    const { 'content-length': length, 'transfer-encoding': chunked } = this.req.headers;
    return chunked !== undefined || Number(length ?? 0) > SKIPPED_BODY_BYTES_MAX;
  }

  /** Remembers how the present attempt ended. `nowMs` is the database's clock. */
  noteAttempt(outcome: AttemptOutcome, nowMs: number): void {
    const attempt = this.attempt;
    if (attempt === null) return;
    this.attemptLines.push({
      endpoint: attempt.endpoint.endpoint.id,
      provider: attempt.endpoint.endpoint.provider,
      startedAtMs: Math.round(nowMs - (performance.now() - attempt.startedMs)),
      durationMs: Math.round(performance.now() - attempt.startedMs),
      outcome,
      status: attempt.status === 0 ? null : attempt.status,
    });
  }

  /** Answers with JSON of our own. */
  answer(value: object, more: readonly string[] = []): void {
    if (this.answered || this.res.destroyed) return;
    this.answered = true;
    const body = Buffer.from(JSON.stringify(value));
    this.res.writeHead(200, [
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(body.length),
      'x-request-id',
      this.requestId,
      'request-id',
      this.requestId,
      ...more,
    ]);
    this.res.end(body);
  }

  /** Answers with an error in the caller's dialect; nothing may have been sent before. */
  refuse(code: ErrorCodeName, detail: ProblemDetail = {}, more: readonly string[] = []): void {
    if (this.answered || this.res.destroyed) return;
    this.answered = true;
    const facts = errorFacts(code, this.requestId, detail);
    const body = Buffer.from(errorBody(this.route.dialect, facts));
    const headers = errorHeaders(code, this.requestId, body.length, detail);
    if (more.length > 0) headers.push(...more);
    if (this.#hasLongBody()) headers.push('connection', 'close');
    this.res.writeHead(ERROR_CODES[code].status, headers);
    this.res.end(body);
  }
}
