import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorCodeName } from '@weir/contracts';
import { accountMethodOf } from './account-api/account-paths.js';
import { admit } from './admit/admit.js';
import { keyProblem, secretOf } from './authenticate/authenticate.js';
import type { KeyEntry } from './config-cache/key-entry.js';
import { answerCount } from './count-tokens/count-tokens.js';
import { Forwarder } from './forward/forwarder.js';
import { passLimits } from './limits/pass-limits.js';
import { rateLimitHeaders } from './limits/rate-limit-headers.js';
import { answerModels } from './models/model-list.js';
import { ModelQueryProblem } from './models/model-query.js';
import type { Call, CallProblem } from './request/call.js';
import { correlationIdOf, userAgentOf } from './request/client-facts.js';
import { Exchange } from './request/exchange.js';
import { BadPath, bodySpecOf, routeOf, UNKNOWN, type ProxyRoute } from './request/proxy-route.js';
import { bodyProblem, readBody, type BodyReader } from './request/read-body.js';
import { readCall } from './request/read-call.js';
import type { Hold } from './money/money-path.types.js';
import type { ProblemDetail } from './refuse/error-body.js';
import { planRoute } from './route/plan-route.js';
import type { FastLane } from './server/http-server.js';
import type { ProxyServices } from './proxy-services.js';

/**
 * The request's path, one step after the other: authenticate → read → route → admit → forward. Each step is in
 * its folder; here is only their order. Everything is synchronous while key, catalogue and leases are warm:
 * a promise appears only where PostgreSQL has to be asked.
 */
export class Proxy implements FastLane, BodyReader {
  readonly #services: ProxyServices;
  readonly #forwarder: Forwarder;

  constructor(services: ProxyServices) {
    this.#services = services;
    this.#forwarder = new Forwarder(services);
    services.running.attach(this.#forwarder);
  }

  /** Takes everything under `/v1` and `/v1beta` but the account API; the rest is Fastify's. */
  handle(req: IncomingMessage, res: ServerResponse): boolean {
    const found = routeOf(req.url ?? '');
    if (found === null) return false;
    const route = found instanceof BadPath ? found.route : found;
    const x = new Exchange(req, res, route, this.#forwarder);
    x.correlationId = correlationIdOf(req);
    if (found instanceof BadPath) {
      x.refuse('invalid_request_error', { message: 'The path names no model.', param: 'model' });
      return true;
    }
    if (UNKNOWN.has(route)) {
      const method = accountMethodOf(req.url ?? '');
      if (method === req.method) return false;
      if (method === null) x.refuse('not_found');
      else x.refuse('method_not_allowed', {}, ['allow', method]);
      return true;
    }
    if (req.method !== route.method) {
      x.refuse('method_not_allowed', {}, ['allow', route.method]);
      return true;
    }
    if (duplicateHost(req.rawHeaders)) {
      x.refuse('invalid_request_error', { message: 'The request has two Host headers.' });
      return true;
    }
    const { running, shedder } = this.#services;
    if (shedder.sheds(running.size)) {
      x.refuse('overloaded', { retryAfterS: 1 });
      return true;
    }
    this.#authenticate(x);
    return true;
  }

  #authenticate(x: Exchange): void {
    const { keys, freshness, digestOf } = this.#services;
    const secret = secretOf(x.req.headers);
    if (secret === null) {
      x.refuse('api_key_required');
      return;
    }
    const nowMs = performance.now();
    if (!freshness.mayServe(nowMs)) {
      x.refuse('storage_unavailable', { retryAfterS: 2 });
      return;
    }
    const digest = digestOf(x.req.socket, secret);
    if (digest === null) {
      x.refuse('invalid_api_key');
      return;
    }
    const known = keys.peek(digest, nowMs);
    if (known !== undefined) {
      this.#identified(x, known);
      return;
    }
    keys.load(digest, nowMs).then(
      (entry) => {
        this.#identified(x, entry);
      },
      () => {
        // PostgreSQL cannot answer: an unknown key is not a wrong key, so never 401.
        x.refuse('storage_unavailable', { retryAfterS: 2 });
      },
    );
  }

  #identified(x: Exchange, key: KeyEntry | null): void {
    if (x.res.destroyed) return;
    if (key === null) {
      x.refuse('invalid_api_key');
      return;
    }
    const { facts, limits, money } = this.#services;
    const problem = keyProblem(key, money.nowMs());
    if (problem !== null) {
      x.refuse(problem);
      return;
    }
    x.key = key;
    x.clientAddress = facts.addressOf(x.req);
    x.recordedAddress = facts.recordedAddress(x.clientAddress);
    x.userAgent = userAgentOf(x.req);
    if (key.addressRules !== null && !key.addressRules.permits(x.clientAddress)) {
      this.#refuse(x, 'ip_not_allowed');
      return;
    }
    if (x.route.operation === 'models') {
      this.#listModels(x, key);
      return;
    }
    if (!key.routes.has(x.route.operation)) {
      this.#refuse(x, 'mode_not_allowed');
      return;
    }
    const announced = bodyProblem(x.req, limits.visionBodyBytesMax);
    if (announced !== null) {
      this.#refuse(x, announced.code, { message: announced.message });
      return;
    }
    this.#services.running.enter(x);
    this.#read(x);
  }

  #listModels(x: Exchange, key: KeyEntry): void {
    const { catalog, money } = this.#services;
    const { current } = catalog;
    if (current === null) {
      x.refuse('storage_unavailable', { retryAfterS: 2 });
      return;
    }
    const question = { catalog: current, key, nowMs: money.nowMs() };
    const answer = answerModels(x.route, x.req, question);
    if (answer === null) x.refuse('model_not_found', { param: 'model' });
    else if (answer instanceof ModelQueryProblem) x.refuse('invalid_request_error', answer);
    else x.answer(answer);
  }

  #read(x: Exchange): void {
    x.res.on('close', () => {
      x.closed();
    });
    readBody(x, this.#services.limits.visionBodyBytesMax, this);
  }

  onBodyRefused(x: Exchange, code: ErrorCodeName, message: string): void {
    this.#refuse(x, code, { message });
  }

  onBody(x: Exchange, body: Buffer): void {
    if (x.phase !== 'reading') return;
    const spec = bodySpecOf(x.route);
    const { largeBodies, limits } = this.#services;
    if (body.length <= limits.offThreadBytes) {
      this.#parsed(x, readCall(spec, body));
      return;
    }
    largeBodies.read(spec, body).then(
      (read) => {
        this.#parsed(x, read);
      },
      () => {
        // LargeBodyError: the reading thread is busy or died.
        if (x.phase === 'reading') this.#refuse(x, 'overloaded', { retryAfterS: 1 });
      },
    );
  }

  #parsed(x: Exchange, read: Call | CallProblem): void {
    if (x.phase !== 'reading') return;
    if ('code' in read) {
      const { code, message, param } = read;
      this.#refuse(x, code, param === null ? { message } : { message, param });
      return;
    }
    x.call = read;
    if (read.reading.costAsked) x.costTold = tellsCost(x.route, read.reading.stream);
    x.templateFactor = x.key?.templateFactor ?? x.templateFactor;
    const planned = planRoute(x, this.#services);
    if (planned !== null) {
      this.#refuse(x, planned.code, planned.detail);
      return;
    }
    if (read.body.length > this.#services.limits.bodyBytesMax && x.model?.takesImages !== true) {
      const message = 'The body is larger than 10 MB, which only models that take images allow.';
      this.#refuse(x, 'request_too_large', { message });
      return;
    }
    x.phase = 'admitting';
    if (x.req.headers['idempotency-key'] === undefined) this.onFirst(x);
    else this.#services.idempotency.look(x, this);
  }

  /** No request with its Idempotency-Key was seen, or it has none. */
  onFirst(x: Exchange): void {
    const keyLimits = x.key?.limits ?? null;
    if (keyLimits === null) this.onWithinLimits(x);
    else passLimits(x, keyLimits, this.#services, this);
  }

  /** The answer of an earlier request was repeated: nothing was asked of anybody. */
  onReplayed(x: Exchange): void {
    this.#services.running.leave(x);
  }

  /** The key's limits let it pass. */
  onWithinLimits(x: Exchange): void {
    if (x.route.countsOnly) void answerCount(x, this.#services, this);
    else admit(x, this.#services, this);
  }

  /** The hold is taken and `begin` may be written. */
  onAdmitted(x: Exchange, hold: Hold): void {
    x.hold = hold;
    if (x.idempotency === null) this.#forwarder.begin(x, hold, this);
    else this.#services.idempotency.claim(x, x.idempotency, hold, this);
  }

  /** Its Idempotency-Key stands for it now. */
  onClaimed(x: Exchange, hold: Hold): void {
    this.#forwarder.begin(x, hold, this);
  }

  /** Its Idempotency-Key could not be claimed: the hold is given back before it is refused. */
  onUnclaimed(x: Exchange, hold: Hold): void {
    this.#services.money.void(hold);
    x.hold = null;
  }

  /** The gateway lost its term between hold and dispatch: the request asks again, once per voided hold. */
  onVoided(x: Exchange): void {
    x.hold = null;
    if (x.clientGone) this.onRefused(x, 'client_closed', {});
    else admit(x, this.#services, this);
  }

  /** Refused by a limit, after the body was read. */
  onRefused(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void {
    this.#refuse(x, code, detail);
  }

  #refuse(x: Exchange, code: ErrorCodeName, detail: ProblemDetail = {}): void {
    const { rateState } = x;
    x.refuse(code, detail, rateState === null ? [] : rateLimitHeaders(rateState, x.route.dialect));
    this.#services.onRefused(x, code);
    x.idempotency?.free();
    this.#services.running.leave(x);
  }
}

/** Whose usage object can carry a cost: OpenAI's, but for streams of its other dialects. */
function tellsCost({ dialect, client }: ProxyRoute, stream: boolean): boolean {
  return dialect === 'openai' && (!stream || client === 'openai-chat');
}

/** E-H3: two Host headers are how a proxy in front and we would disagree. Node itself keeps the first. */
function duplicateHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}
