/**
 * What a request would cost, by the very steps that would admit it, without its side effects: it is read, routed and
 * measured as every request, on a routing memory of its own, and then nothing is held, counted, journaled or dispatched.
 */
import { costNano, NO_USAGE, type Usage } from '@weir/domain';
import { formatMoney, nano } from '@weir/units';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { boundOf } from '../admit/bounds.js';
import { measure, outputCap } from '../admit/measure.js';
import type { KeyEntry } from '../config-cache/key-entry.js';
import type { ProxyServices } from '../proxy-services.js';
import { Exchange, type ExchangeOwner } from '../request/exchange.js';
import { bodySpecOf, routeOf, type ProxyRoute } from '../request/proxy-route.js';
import { readCall } from '../request/read-call.js';
import { planRoute } from '../route/plan-route.js';
import { StickyChoices } from '../route/sticky-choices.js';
import { AccountRefusal } from './refusal.js';
import { wouldRefuse, type LimitRow, type RefusalForecast } from './refusal-forecast.js';

/** Output of a request that nobody has history for. */
const USUAL_OUTPUT_TOKENS = 500;

/** Longer bodies are estimated by their bytes: counting them would hold up everybody else's tokens. */
const COUNTED_BYTES_MAX = 64 * 1024;

/** What is asked. */
export interface EstimateInput {
  readonly key: KeyEntry;
  readonly body: Buffer;
  /** Whose request it would be. */
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** What PostgreSQL knows. */
export interface EstimateFacts {
  /** Mean output tokens of the account's requests for this model; null = it made none lately. */
  usualOutputTokens(account: string, model: string): Promise<number | null>;
  /** Every allowance of the account and key that has a cap. */
  limits(account: string, key: string): Promise<readonly LimitRow[]>;
}

/** The answer of `POST /v1/estimate`. Money is decimal text in the ledger currency. */
export interface Estimate {
  readonly model: string;
  readonly provider: string | null;
  readonly region: string | null;
  readonly currency: string;
  readonly input_tokens: number;
  readonly output_tokens: Forecast<number>;
  readonly cost: Forecast<string>;
  /** Held when the request begins; a stream's hold grows with it. */
  readonly hold: string;
  /** The limit that would refuse it now; null = none would. */
  readonly would_be_refused: RefusalForecast | null;
}

interface Forecast<T> {
  readonly least: T;
  readonly expected: T;
  readonly most: T;
}

/** Nothing of an estimate is ever dispatched. */
const NOBODY: ExchangeOwner = {
  onHead: () => false,
  onFailedBeforeHead: () => undefined,
  onBroken: () => undefined,
  onClientGone: () => undefined,
};

/** @throws AccountRefusal where the request itself would be refused: unreadable, unknown model, no endpoint */
export async function estimate(
  input: EstimateInput,
  services: ProxyServices,
  facts: EstimateFacts,
  currency: string,
): Promise<Estimate> {
  const x = planned(input, services);
  measure(x);
  const cap = outputCap(x, services.limits);
  const counts = input.body.length <= COUNTED_BYTES_MAX;
  const inputTokens = counts ? await x.countInput() : x.inputTokensEstimate;
  if (counts) x.inputTokensBound = Math.max(1, Math.min(inputTokens, x.inputTokensBound));
  const { key } = input;
  const model = x.model?.id ?? '';
  const [usual, limits] = await Promise.all([
    facts.usualOutputTokens(key.account, model),
    facts.limits(key.account, key.id),
  ]);
  const expectedOutput = Math.min(cap, Math.round(usual ?? USUAL_OUTPUT_TOKENS));
  const held = boundOf(x, heldOutput(x, cap, services));
  const [first] = x.candidates;
  return {
    model,
    provider: first?.endpoint.provider ?? null,
    region: first?.endpoint.region ?? null,
    currency,
    input_tokens: inputTokens,
    output_tokens: { least: Math.min(1, cap), expected: expectedOutput, most: cap },
    cost: {
      least: moneyText(leastCost(x, { ...NO_USAGE, input: inputTokens, output: Math.min(1, cap) })),
      expected: moneyText(
        first === undefined
          ? 0n
          : costNano({ ...NO_USAGE, input: inputTokens, output: expectedOutput }, first.price),
      ),
      most: moneyText(boundOf(x, cap).costNano),
    },
    hold: moneyText(held.costNano),
    would_be_refused: wouldRefuse(limits, held, key.blockedKinds),
  };
}

function planned({ key, body, req, res }: EstimateInput, services: ProxyServices): Exchange {
  const route = routeFor(body);
  const read = readCall(bodySpecOf(route), body);
  if ('code' in read) {
    const { code, message, param } = read;
    throw new AccountRefusal(code, param === null ? { message } : { message, param });
  }
  if (!key.routes.has(route.operation)) throw new AccountRefusal('mode_not_allowed');
  const x = new Exchange(req, res, route, NOBODY);
  x.key = key;
  x.call = read;
  x.templateFactor = key.templateFactor;
  const problem = planRoute(x, { ...services, sticky: new StickyChoices() });
  if (problem !== null) throw new AccountRefusal(problem.code, problem.detail);
  return x;
}

/** The body of chat completions, or of embeddings: told apart by their input. */
function routeFor(body: Buffer): ProxyRoute {
  const text = body.toString();
  const path = text.includes('"messages"') ? '/v1/chat/completions' : '/v1/embeddings';
  const route = routeOf(path);
  if (route === null || !('operation' in route)) throw new AccountRefusal('not_found');
  return route;
}

/** As admission sizes the first hold: a slice of a stream, all of anything else; less output where none is asked. */
function heldOutput(x: Exchange, cap: number, { limits }: ProxyServices): number {
  const reading = x.call?.reading;
  const least = reading?.maxTokens === null ? Math.min(cap, limits.outputTokensMin) : cap;
  const slices = reading?.stream === true && x.model?.hiddenOutput !== true;
  return slices ? Math.min(least, limits.sliceTokens) : least;
}

/** The cheapest endpoint, with its prompt out of the provider's cache. */
function leastCost(x: Exchange, usage: Usage): bigint {
  let least: bigint | null = null;
  for (const { price } of x.candidates) {
    const cached = { ...usage, input: 0, cacheRead: usage.input };
    for (const one of [costNano(usage, price), costNano(cached, price)]) {
      if (least === null || one < least) least = one;
    }
  }
  return least ?? 0n;
}

const moneyText = (amount: bigint): string => formatMoney(nano(amount));
