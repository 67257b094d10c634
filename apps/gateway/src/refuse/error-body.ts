import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { anthropicError, geminiError, openAiError, type ErrorFacts } from '@weir/providers';
import type { DialectFamily } from '../request/proxy-route.js';

/** What a refusal says beside its code. */
export interface ProblemDetail {
  /** Replaces the code's standing sentence; never holds a prompt, a secret or an upstream URL. */
  readonly message?: string;
  /** The request field at fault. */
  readonly param?: string;
  /** The provider's own code, where it caused the error. */
  readonly providerCode?: string | null;
  /** Whether SDKs should retry; default is what the code says. */
  readonly retryable?: boolean;
  /** Seconds until retrying may help. */
  readonly retryAfterS?: number | null;
  /** `limit`, `scope`, `used`, `held`, `estimate`, `reset_at`, `retry_after`: what a person needs to act. */
  readonly figures?: Readonly<Record<string, string | number | null>>;
}

/** What an error says, for every dialect. */
export function errorFacts(
  code: ErrorCodeName,
  requestId: string,
  detail: ProblemDetail = {},
): ErrorFacts {
  const meaning = ERROR_CODES[code];
  return {
    code,
    httpStatus: meaning.status,
    errorType: meaning.errorType,
    message: detail.message ?? `${meaning.when} ${meaning.remedy}`,
    requestId,
    param: detail.param ?? null,
    providerCode: detail.providerCode ?? null,
    ...(detail.figures === undefined ? {} : { metadata: detail.figures }),
  };
}

/** Body of an error in the caller's dialect (api.md, "Error bodies"). */
export function errorBody(dialect: DialectFamily, facts: ErrorFacts): string {
  return BODIES[dialect](facts);
}

/** The figures stand beside the error's own members and in its metadata, as clients look in both. */
function openAiErrorBody(facts: ErrorFacts): string {
  return JSON.stringify({ error: { ...openAiError(facts).error, ...facts.metadata } });
}

const BODIES: Readonly<Record<DialectFamily, (facts: ErrorFacts) => string>> = {
  openai: openAiErrorBody,
  anthropic: (facts) => JSON.stringify(anthropicError(facts)),
  gemini: (facts) => JSON.stringify(geminiError(facts)),
};

/** Flat header list of an error answer; lower case, so that Node copies it as it stands. */
export function errorHeaders(
  code: ErrorCodeName,
  requestId: string,
  bodyBytes: number,
  { retryAfterS = null, retryable }: ProblemDetail,
): string[] {
  const headers = [
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(bodyBytes),
    'x-request-id',
    requestId,
    'request-id',
    requestId,
    // SDKs obey it: budget and permission refusals would otherwise be retried twice.
    'x-should-retry',
    (retryable ?? ERROR_CODES[code].retryable) ? 'true' : 'false',
  ];
  if (retryAfterS !== null) {
    const seconds = Math.max(1, Math.ceil(retryAfterS));
    headers.push('retry-after', String(seconds), 'retry-after-ms', String(seconds * 1000));
  }
  return headers;
}
