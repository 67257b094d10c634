import type { IncomingHttpHeaders } from 'node:http';
import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { answerHeaders, identityBesideIds, identityHeaders } from '../end/answer-headers.js';
import { isFailoverStatus, NO_USAGE } from '@weir/domain';
import type { Ending } from '../end/ending.js';
import type { Hold } from '../money/money-path.types.js';
import { AnswerRelay } from '../observe/answer-relay.js';
import { ErrorRelay, type ErrorRelayOwner } from '../observe/error-relay.js';
import { StreamRelay } from '../observe/stream-relay.js';
import type { RequestProblem } from '@weir/providers';
import type { ProxyServices } from '../proxy-services.js';
import { errorBody, type ProblemDetail } from '../refuse/error-body.js';
import type { Exchange, ExchangeOwner } from '../request/exchange.js';
import type { Attempt, AttemptOutcome } from './attempt.js';
import { beginRecordOf } from './begin-record.js';
import {
  meantStatus,
  readUpstreamError,
  relayedCode,
  relayedFacts,
  type UpstreamError,
} from './upstream-error.js';
import { readAnswerHead, retryAfterSeconds } from './upstream-headers.js';
import { Sender, type SendOwner } from './sender.js';
import type { Way } from './ways.js';

/** Who admits anew when the hold was voided between hold and dispatch. */
export interface Readmitter {
  onVoided(x: Exchange): void;
  onRefused(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void;
}

/**
 * Sends a request upstream: `begin` is journaled in the very turn that dispatches, failures before the first
 * byte go to the next candidate, and what comes back is handed to the relay that fits it.
 */
export class Forwarder implements ExchangeOwner, ErrorRelayOwner, SendOwner {
  readonly #services: ProxyServices;
  readonly #sender: Sender;

  constructor(services: ProxyServices) {
    this.#services = services;
    this.#sender = new Sender(services, this);
  }

  /** Has `begin` written at the end of this turn, then dispatches. */
  begin(x: Exchange, hold: Hold, readmitter: Readmitter): void {
    if (x.clientGone) {
      this.#services.money.void(hold);
      readmitter.onRefused(x, 'client_closed', {});
      return;
    }
    this.#services.turn.begin({
      hold,
      record: beginRecordOf(x),
      onBegun: (dispatchable) => {
        this.#begun(x, hold, dispatchable, readmitter);
      },
    });
  }

  #begun(x: Exchange, hold: Hold, begun: boolean, readmitter: Readmitter): void {
    if (!begun) {
      readmitter.onVoided(x);
      return;
    }
    x.phase = 'forwarding';
    if (x.clientGone) {
      this.#fail(x, 'client_closed');
      return;
    }
    if (!this.#sender.send(x, 0)) this.#noneTakesIt(x);
  }

  /** Nobody was asked: no candidate can take the request, or none may be asked now. */
  #noneTakesIt(x: Exchange): void {
    const [misfit] = x.misfits;
    if (misfit !== undefined && x.misfits.length === x.candidates.length) {
      this.#fail(x, 'invalid_request_error', problemDetail(misfit.problem));
    } else {
      this.#fail(x, 'no_eligible_upstream', { retryAfterS: 5 });
    }
  }

  onNobodyLeft(x: Exchange): void {
    if (x.attemptsBegun === 0) this.#noneTakesIt(x);
    else this.#fail(x, 'upstream_unavailable');
  }

  onUnsent(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void {
    this.#fail(x, code, detail);
  }

  onHead(x: Exchange, attempt: Attempt, status: number, raw: IncomingHttpHeaders): boolean {
    const { limits, money, ender, drains } = this.#services;
    const head = readAnswerHead(raw);
    if (status >= 300 && status < 400) {
      attempt.fail('redirect');
      return false;
    }
    if (head.encoded) {
      // We asked for identity: a compressed answer could be neither read nor bounded.
      attempt.fail('encoding');
      return false;
    }
    if (status >= 400) {
      attempt.retryAfterS = retryAfterSeconds(raw);
      x.relay = new ErrorRelay(x, this, limits, status);
      return true;
    }
    const { way } = x;
    if (way === null) throw new Error('An answer came before its request.');
    this.#services.health.succeeded(attempt);
    x.plan?.served(attempt.endpoint.endpoint.id);
    const streams = x.call?.reading.stream === true && isEventStream(head.contentType);
    const contentType = contentTypeOf(x, way, head.contentType, streams);
    const headers = answerHeaders(x, contentType, head.passed);
    if (streams) {
      headers.push('cache-control', 'no-cache');
      x.relay = new StreamRelay(x, { money, ender, limits, drains }, headers, way);
    } else {
      x.relay = new AnswerRelay(x, { ender, limits, drains }, { status, headers, way });
    }
    if (x.clientGone) x.relay.onClientGone();
    return true;
  }

  onFailedBeforeHead(x: Exchange, attempt: Attempt, outcome: AttemptOutcome): void {
    this.#services.health.failed(attempt, outcome);
    x.noteAttempt(outcome, this.#services.money.nowMs());
    if (x.clientGone) {
      this.#fail(x, 'client_closed');
      return;
    }
    if (this.#next(x)) return;
    this.#fail(x, outcome === 'timeout' ? 'upstream_timeout' : 'upstream_unavailable');
  }

  onBroken(attempt: Attempt, outcome: AttemptOutcome): void {
    this.#services.health.failed(attempt, outcome);
  }

  onUpstreamError(x: Exchange, told: number, body: Buffer): void {
    const { attempt } = x;
    if (attempt === null) return;
    const error = readUpstreamError(body);
    const status = meantStatus(told, error);
    attempt.status = status;
    const contentPolicy = error?.meaning === 'content_policy_violation';
    attempt.outcome = 'status';
    this.#services.health.failed(attempt, 'status', contentPolicy);
    x.noteAttempt('status', this.#services.money.nowMs());
    x.relay = null;
    if (x.clientGone) {
      this.#fail(x, 'client_closed');
      return;
    }
    if (contentPolicy || !isFailoverStatus(status)) {
      this.#relayError(x, contentPolicy ? 400 : status, error);
      return;
    }
    if (this.#next(x)) return;
    const { retryAfterS } = attempt;
    this.#fail(x, status === 408 || status === 504 ? 'upstream_timeout' : 'upstream_unavailable', {
      retryAfterS,
    });
  }

  onGivenUp(x: Exchange, code: ErrorCodeName): void {
    x.noteAttempt('cancelled', this.#services.money.nowMs());
    this.#fail(x, code);
  }

  onClientGone(x: Exchange): void {
    if (x.phase === 'reading') {
      // Its body will never be whole: nothing was begun, and nobody else would give its place back.
      this.#services.running.leave(x);
      return;
    }
    if (x.relay !== null) x.relay.onClientGone();
    // Before the head a drained attempt goes on: upstream is working and will bill; the sweep ends it in time.
    else if (!this.#services.drains && x.phase === 'forwarding') {
      this.giveUp(x, 'client_closed', 'cancelled');
    }
  }

  /** Ends a request whose head never came: killed, or a deadline passed. */
  giveUp(x: Exchange, code: ErrorCodeName, outcome: AttemptOutcome): void {
    const { attempt } = x;
    // Over: it failed or was given up before, and its end is being written.
    if (attempt === null || attempt.over) return;
    attempt.cancel(outcome);
    if (outcome === 'timeout') {
      this.onFailedBeforeHead(x, attempt, outcome);
      return;
    }
    this.#services.health.cancelled(attempt);
    if (!attempt.sent) {
      this.onGivenUp(x, code);
      return;
    }
    // Upstream has the request and bills its input; of its output nothing is known.
    const input = x.countInput();
    if (typeof input === 'number') this.#failCounted(x, code, input);
    else {
      void input.then((tokens) => {
        this.#failCounted(x, code, tokens);
      });
    }
  }

  #failCounted(x: Exchange, code: ErrorCodeName, input: number): void {
    x.noteAttempt('cancelled', this.#services.money.nowMs());
    const ending = {
      ...endedWithout(code),
      usage: { ...NO_USAGE, input },
      source: 'counted',
    } as const;
    this.#end(x, ending, () => {
      x.refuse(code, {}, identityBesideIds(x));
    });
  }

  /** Tries the next candidate where the rules of decisions §7 allow it. */
  #next(x: Exchange): boolean {
    const { limits } = this.#services;
    if (x.answered || x.killed || x.hold === null) return false;
    if (x.attemptsBegun >= limits.attemptsMax) return false;
    if (performance.now() - x.firstDispatchMs > limits.failoverWindowMs) return false;
    if (!x.fallback) return false;
    return this.#sender.send(x, x.candidateIndex + 1);
  }

  /** The client's own mistake: the provider's words, our headers, no charge. */
  #relayError(x: Exchange, status: number, error: UpstreamError | null): void {
    const code = relayedCode(status, error);
    this.#end(x, { ...endedWithout(code), httpStatus: status }, () => {
      if (x.answered || x.res.destroyed) return;
      x.answered = true;
      const facts = relayedFacts(x, error, code, status);
      const answer = Buffer.from(errorBody(x.route.dialect, facts));
      x.res.writeHead(status, [
        'content-type',
        'application/json; charset=utf-8',
        'content-length',
        String(answer.length),
        'x-should-retry',
        'false',
        ...identityHeaders(x),
      ]);
      x.res.end(answer);
    });
  }

  #fail(x: Exchange, code: ErrorCodeName, detail: ProblemDetail = {}): void {
    this.#end(x, endedWithout(code), () => {
      x.refuse(code, detail, identityBesideIds(x));
    });
  }

  /** Logs a request without an answer, then answers it: an error hides nothing, so it leaves even unrecorded. */
  #end(x: Exchange, ending: Ending, answer: () => void): void {
    const { ender } = this.#services;
    ender.end(x, ending, {
      onCharged: (_ending, charged) => {
        answer();
        ender.close(x, ending, charged);
      },
      onUnrecorded: () => {
        answer();
        ender.close(x, ending, null);
      },
    });
  }
}

/** The end of a request of which nothing was used. */
function endedWithout(code: ErrorCodeName): Ending {
  return {
    status: code,
    httpStatus: ERROR_CODES[code].status,
    usage: null,
    source: 'none',
    finishReason: null,
    reportedModel: null,
    surplusTokens: 0,
  };
}

function problemDetail({ message, param }: RequestProblem): ProblemDetail {
  return param === null ? { message } : { message, param };
}

const JSON_TYPE = 'application/json';

/** What the client is told it gets: the provider's word, but where a translation or an array made it JSON. */
function contentTypeOf(x: Exchange, way: Way, given: string, streams: boolean): string {
  if (streams) return x.route.asArray ? JSON_TYPE : given;
  return way.passesBytes && given !== '' ? given : JSON_TYPE;
}

function isEventStream(contentType: string): boolean {
  return contentType.startsWith('text/event-stream');
}
