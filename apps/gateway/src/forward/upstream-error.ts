import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { createScrubber } from '@weir/platform';
import type { ErrorFacts } from '@weir/providers';
import type { Exchange } from '../request/exchange.js';

/**
 * What a provider's error says, whatever its dialect: all of them put an `error` object into the body (Gemini
 * sometimes into a list of one).
 */
export interface UpstreamError {
  /** The provider's words; null where there are none that may be passed on. */
  readonly message: string | null;
  readonly type: string | null;
  readonly param: string | null;
  /** The provider's code; numbers as text. */
  readonly code: string | null;
  /** What it amounts to in our own list; null = a client's mistake of no special kind. */
  readonly meaning: 'content_policy_violation' | 'context_length_exceeded' | null;
  /** Whether the provider says that our key is no good, whatever status it says it with. */
  readonly refusesCredential: boolean;
}

const CONTENT_POLICY =
  /content_policy|content_filter|content-filter|moderation|prohibited_content/i;
const CONTEXT_LENGTH = /context_length_exceeded|model_max_prompt_tokens/i;
const KEY_REASONS: ReadonlySet<unknown> = new Set(['API_KEY_INVALID', 'API_KEY_EXPIRED']);
/** Sentences of providers whose codes do not say it (Anthropic, Gemini, vLLM). */
const CONTEXT_SENTENCE =
  /prompt is too long|maximum context length|exceeds? the (?:maximum|model's) (?:number of tokens|context)|input token count .{0,40}exceeds|input is too long|context (?:window|length) (?:is )?exceed/i;

/** Reads an error's body of at most 64 kB; null where it is none. */
export function readUpstreamError(body: Buffer): UpstreamError | null {
  const error = errorOf(body);
  if (error === null) return null;
  const message = textOrNull(error['message']);
  const type = textOrNull(error['type']) ?? textOrNull(error['status']);
  const code = textOrNull(error['code']);
  const names = `${type ?? ''} ${code ?? ''}`;
  return {
    message,
    type,
    code,
    param: textOrNull(error['param']),
    meaning: meaningOf(names, message),
    refusesCredential: isKeyRefused(error['details']),
  };
}

/** Google answers 400, not 401, for a key that is wrong or expired; the reason stands in the details. */
function isKeyRefused(details: unknown): boolean {
  if (!Array.isArray(details)) return false;
  return details.some((one: unknown) => isRecord(one) && KEY_REASONS.has(one['reason']));
}

function meaningOf(names: string, message: string | null): UpstreamError['meaning'] {
  if (CONTENT_POLICY.test(names)) return 'content_policy_violation';
  if (CONTEXT_LENGTH.test(names)) return 'context_length_exceeded';
  return message !== null && CONTEXT_SENTENCE.test(message) ? 'context_length_exceeded' : null;
}

/** The status a provider's refusal amounts to: one of our credential is a 401, whatever status it was said with. */
export function meantStatus(status: number, error: UpstreamError | null): number {
  return error?.refusesCredential === true ? 401 : status;
}

/** What a client's mistake is logged as. */
export function relayedCode(status: number, error: UpstreamError | null): ErrorCodeName {
  if (error !== null && error.meaning !== null) return error.meaning;
  if (status === 413) return 'request_too_large';
  if (status === 404) return 'model_not_found';
  return 'invalid_request_error';
}

/**
 * The provider's error as the client gets it: its own words, `param` and code, in the client's dialect. Nothing else
 * of the body passes, as it may name hosts or keys.
 */
export function relayedFacts(
  x: Exchange,
  error: UpstreamError | null,
  code: ErrorCodeName,
  httpStatus: number,
): ErrorFacts {
  const isOpenAi = x.attempt?.endpoint.endpoint.dialect === 'openai';
  // Providers quote the key they were sent, or the URL it was in (E-K6).
  const scrub = createScrubber(credentialsOf(x.attempt?.endpoint.endpoint.headers ?? []));
  const clean = (text: string | null | undefined): string | null =>
    text == null ? null : scrub(text);
  return {
    // OpenAI's codes are names that its clients know; those of others are told beside ours.
    code: (isOpenAi ? clean(error?.code) : null) ?? code,
    httpStatus,
    errorType: ERROR_CODES[code].errorType,
    message: clean(error?.message) ?? 'The provider refused the request.',
    requestId: x.requestId,
    param: clean(error?.param),
    providerCode: clean(error?.code ?? error?.type),
  };
}

const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
]);

/** What of our headers to a provider is secret. */
function credentialsOf(headers: readonly string[]): string[] {
  const secrets: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (!CREDENTIAL_HEADERS.has(headers[i] ?? '')) continue;
    secrets.push((headers[i + 1] ?? '').replace(/^Bearer /, ''));
  }
  return secrets;
}

/** The `error` object of a provider's body, or null. */
function errorOf(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    const root: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
    return isRecord(root) && isRecord(root['error']) ? root['error'] : null;
  } catch {
    // SyntaxError: not JSON. Our own sentence says what is known.
    return null;
  }
}

function textOrNull(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
