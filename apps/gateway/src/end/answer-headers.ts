import { rateLimitHeaders } from '../limits/rate-limit-headers.js';
import type { Charged } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

const NANO_DIGITS = 9;

/** A cost as header text: decimal units of the ledger currency. */
export function costHeaderOf(charged: Charged): string {
  const digits = charged.costNano.toString().padStart(NANO_DIGITS + 1, '0');
  const whole = digits.slice(0, -NANO_DIGITS);
  const fraction = digits.slice(-NANO_DIGITS).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Flat head of an answer that reaches the client, without content-length. */
export function answerHeaders(
  x: Exchange,
  contentType: string,
  passed: readonly string[],
): string[] {
  const headers = ['content-type', contentType, ...identityHeaders(x)];
  if (x.dropped.length > 0) headers.push('x-weir-dropped', droppedText(x.dropped));
  for (const part of passed) headers.push(part);
  if (x.route.dialect === 'openai' && !passed.includes(PROCESSING_MS)) {
    headers.push(PROCESSING_MS, String(Math.round(upstreamMs(x))));
  }
  return headers;
}

/** OpenAI's own measure of its time; of a provider that tells none we say how long it let us wait. */
const PROCESSING_MS = 'openai-processing-ms';

/** From the first dispatch until now, ms: every attempt is in it. */
function upstreamMs(x: Exchange): number {
  return performance.now() - x.firstDispatchMs;
}

/** What the gateway took before it sent the body on, and what the providers took since: browsers show it. */
function serverTiming(x: Exchange): string {
  const ours = x.firstDispatchMs - (x.lastBodyByteMs === 0 ? x.arrivedMs : x.lastBodyByteMs);
  return `gw;dur=${ours.toFixed(1)}, upstream;dur=${upstreamMs(x).toFixed(1)}`;
}

/** Who answered, and what is left of the key's limits: on every answer of a request that took a hold. */
export function identityHeaders(x: Exchange): string[] {
  const { attempt, hold } = x;
  const headers = ['x-request-id', x.requestId, 'request-id', x.requestId];
  if (hold !== null) headers.push('x-weir-generation-id', `gen_${hold.id}`);
  if (attempt !== null) {
    const { provider, region } = attempt.endpoint.endpoint;
    headers.push('x-weir-provider', provider);
    if (region !== null) headers.push('x-weir-region', region);
  }
  // Of a pseudo-model's request the model that is tried, which may be another after a failure.
  const model = attempt?.endpoint.endpoint.model ?? x.model?.id;
  if (model !== undefined) headers.push('x-weir-model', headerSafe(model));
  headers.push('x-weir-attempts', String(x.attemptsBegun));
  if (x.firstDispatchMs > 0) headers.push('server-timing', serverTiming(x));
  if (x.rateState !== null) headers.push(...rateLimitHeaders(x.rateState, x.route.dialect));
  return headers;
}

/** The same without the request ids, which stand among an error's own headers already. */
export function identityBesideIds(x: Exchange): string[] {
  return identityHeaders(x).slice(4);
}

const DROPPED_CHARS_MAX = 1_000;

/** Members the provider has no place for, as a list; their names are the client's text. */
function droppedText(names: readonly string[]): string {
  const text = names.map(headerSafe).join(', ');
  return text.length > DROPPED_CHARS_MAX ? `${text.slice(0, DROPPED_CHARS_MAX)}...` : text;
}

/** Model ids are an admin's text: what a header cannot carry is percent-encoded. */
function headerSafe(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
