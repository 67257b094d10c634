import type { ErrorCodeName } from '@weir/contracts';
import type { UpstreamRequest } from '@weir/providers';
import type { PricedEndpoint } from '../config-cache/served-endpoint.js';
import type { ProxyServices } from '../proxy-services.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { Exchange } from '../request/exchange.js';
import { Attempt } from './attempt.js';
import { requestHeaders } from './upstream-headers.js';
import { noSuchOperation, upstreamRequest } from './upstream-request.js';
import { wayTo, type EndpointWay } from './ways.js';

/** Who ends a request that could not be sent after all. */
export interface SendOwner {
  /** The last candidates turned out not to take it. */
  onNobodyLeft(x: Exchange): void;
  onUnsent(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void;
}

/** Sends a request to a candidate in the candidate's own dialect: each attempt makes its own body. */
export class Sender {
  readonly #services: ProxyServices;
  readonly #owner: SendOwner;

  constructor(services: ProxyServices, owner: SendOwner) {
    this.#services = services;
    this.#owner = owner;
  }

  /**
   * Sends to the first candidate from `from` on that can take the request and whose circuit lets it pass. False =
   * there is none; true may still end in `onNobodyLeft`, where a large body had to be translated first.
   */
  send(x: Exchange, from: number): boolean {
    const { call, candidates } = x;
    if (call === null) return false;
    for (let i = from; i < candidates.length; i += 1) {
      const priced = candidates[i];
      if (priced === undefined) break;
      const to = wayTo(x.route, priced.endpoint, call.reading.stream);
      if (to === null) {
        x.misfits.push({ priced, problem: noSuchOperation(x) });
        continue;
      }
      const { largeBodies } = this.#services;
      const request = upstreamRequest(x, call, priced.endpoint, { way: to.way, largeBodies });
      if (request instanceof Promise) {
        void this.#sendLater(x, i, to, request);
        return true;
      }
      if (this.#sendNow(x, i, to, request)) return true;
    }
    return false;
  }

  /** Whether candidate `index` can take the request and may be asked; it is on its way then. */
  #sendNow(x: Exchange, index: number, to: EndpointWay, request: UpstreamRequest): boolean {
    const priced = x.candidates[index];
    if (priced === undefined) return false;
    if (!request.ok) {
      x.misfits.push({ priced, problem: request.problem });
      return false;
    }
    const { health, money } = this.#services;
    if (!health.mayPass(priced.endpoint.id, performance.now())) return false;
    if (index > 0 && x.hold !== null) money.attempt(x.hold, index);
    x.candidateIndex = index;
    this.#dispatch(x, priced, to, request);
    return true;
  }

  /** The same with a request that is still being translated. */
  async #sendLater(
    x: Exchange,
    index: number,
    to: EndpointWay,
    translating: Promise<UpstreamRequest>,
  ): Promise<void> {
    let request: UpstreamRequest;
    try {
      request = await translating;
    } catch {
      // LargeBodyError: the thread is busy or died.
      this.#owner.onUnsent(x, 'overloaded', { retryAfterS: 1 });
      return;
    }
    if (x.killed || x.clientGone) {
      this.#owner.onUnsent(x, x.killed ? 'killed' : 'client_closed', {});
      return;
    }
    if (this.#sendNow(x, index, to, request) || this.send(x, index + 1)) return;
    this.#owner.onNobodyLeft(x);
  }

  #dispatch(
    x: Exchange,
    priced: PricedEndpoint,
    { way, path }: EndpointWay,
    request: Extract<UpstreamRequest, { ok: true }>,
  ): void {
    const nowMs = performance.now();
    if (x.firstDispatchMs === 0) x.firstDispatchMs = nowMs;
    x.attemptsBegun += 1;
    const attempt = new Attempt(x, priced, nowMs);
    x.attempt = attempt;
    x.relay = null;
    x.way = way;
    x.dropped = request.dropped;
    const { endpoint } = priced;
    const headers = requestHeaders(endpoint, x.route, x.req);
    endpoint.pool.dispatch({ path, method: 'POST', headers, body: request.body }, attempt);
  }
}
