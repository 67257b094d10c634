import { rewriteRequest, STRIPPED_MEMBERS } from '@weir/providers';
import { isFailoverStatus } from '@weir/domain';
import type { ServedEndpoint } from '../config-cache/served-endpoint.js';
import { identityBesideIds } from '../end/answer-headers.js';
import { meantStatus, readUpstreamError, relayedCode } from '../forward/upstream-error.js';
import { requestHeaders } from '../forward/upstream-headers.js';
import { measure } from '../admit/measure.js';
import type { ProxyServices } from '../proxy-services.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { ErrorCodeName } from '@weir/contracts';
import type { Exchange } from '../request/exchange.js';
import { readAnswer } from './read-answer.js';

/** Who ends a question that is refused. */
export interface CountOwner {
  onRefused(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void;
}

/** How long a provider may take to count: then our own count answers. */
const COUNT_MS = 10_000;

/**
 * Answers how many tokens a prompt has. Providers count for free, so nothing is held or charged: an endpoint of the
 * caller's own dialect is asked, and where there is none, or it does not answer, our tokenizer counts.
 */
export async function answerCount(
  x: Exchange,
  services: ProxyServices,
  owner: CountOwner,
): Promise<void> {
  measure(x);
  const endpoint = countingEndpoint(x);
  const asked = endpoint === null ? null : await askProvider(x, endpoint, services);
  if (x.phase === 'ended') return;
  if (asked !== null && 'code' in asked) {
    owner.onRefused(x, asked.code, asked.detail);
    return;
  }
  const answer = asked?.answer ?? ownAnswer(x, await x.countInput());
  x.answer(answer, identityBesideIds(x));
  services.running.leave(x);
}

/** The first candidate that counts in the caller's dialect. */
function countingEndpoint(x: Exchange): ServedEndpoint | null {
  for (const { endpoint } of x.candidates) {
    if (endpoint.dialect === x.route.dialect && endpoint.paths.has('count_tokens')) return endpoint;
  }
  return null;
}

type Asked =
  | { readonly answer: object }
  | { readonly code: ErrorCodeName; readonly detail: ProblemDetail }
  | null;

async function askProvider(
  x: Exchange,
  endpoint: ServedEndpoint,
  { limits }: ProxyServices,
): Promise<Asked> {
  const path = endpoint.paths.get('count_tokens');
  const { call } = x;
  if (path === undefined || call === null) return null;
  const set: Record<string, string> =
    x.route.pathModel === null ? { model: JSON.stringify(endpoint.upstreamModel) } : {};
  try {
    const response = await endpoint.pool.request({
      path,
      method: 'POST',
      headers: requestHeaders(endpoint, x.route, x.req),
      body: rewriteRequest(call.body, call.object, { set, remove: STRIPPED_MEMBERS }),
      signal: AbortSignal.timeout(COUNT_MS),
    });
    const body = await readAnswer(response.body, limits.errorBytesMax);
    return judged(response.statusCode, body);
  } catch {
    // The provider cannot be reached, is too slow or too loud: our own count answers.
    return null;
  }
}

function judged(status: number, body: Buffer): Asked {
  if (status === 200) {
    const answer: unknown = JSON.parse(body.toString());
    return typeof answer === 'object' && answer !== null ? { answer } : null;
  }
  const error = readUpstreamError(body);
  if (status < 400 || isFailoverStatus(meantStatus(status, error))) return null;
  const message = error?.message ?? null;
  return { code: relayedCode(status, error), detail: message === null ? {} : { message } };
}

function ownAnswer({ route }: Exchange, tokens: number): object {
  return route.dialect === 'gemini' ? { totalTokens: tokens } : { input_tokens: tokens };
}
