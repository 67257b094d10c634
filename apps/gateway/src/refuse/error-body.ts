import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { openAiError, type OpenAiError } from '@weir/providers';

/** What a refusal says beside its code. */
export interface ProblemDetail {
  /** Replaces the code's standing sentence; never holds a prompt, a secret or an upstream URL. */
  readonly message?: string;
  /** The request field at fault. */
  readonly param?: string;
  /** Seconds until retrying may help. */
  readonly retryAfterS?: number | null;
  /** `limit`, `scope`, `used`, `held`, `estimate`, `reset_at`, `retry_after`: what a person needs to act. */
  readonly figures?: Readonly<Record<string, string | number | null>>;
}

/** The `error` object in the OpenAI dialect (api.md, "Error bodies"). */
export function openAiErrorOf(
  code: ErrorCodeName,
  requestId: string,
  detail: ProblemDetail = {},
): OpenAiError {
  const meaning = ERROR_CODES[code];
  return openAiError({
    code,
    httpStatus: meaning.status,
    errorType: meaning.errorType,
    message: detail.message ?? `${meaning.when} ${meaning.remedy}`,
    requestId,
    param: detail.param ?? null,
    ...(detail.figures === undefined ? {} : { metadata: detail.figures }),
  }).error;
}

/** Body of an error: the figures stand beside the error's own members and in its metadata, as clients look in both. */
export function openAiErrorBody(
  code: ErrorCodeName,
  requestId: string,
  detail: ProblemDetail = {},
): string {
  const error = openAiErrorOf(code, requestId, detail);
  return JSON.stringify({ error: { ...error, ...detail.figures } });
}

/** Flat header list of an error answer; lower case, so that Node copies it as it stands. */
export function errorHeaders(
  code: ErrorCodeName,
  requestId: string,
  bodyBytes: number,
  retryAfterS: number | null,
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
    ERROR_CODES[code].retryable ? 'true' : 'false',
  ];
  if (retryAfterS !== null) {
    const seconds = Math.max(1, Math.ceil(retryAfterS));
    headers.push('retry-after', String(seconds), 'retry-after-ms', String(seconds * 1000));
  }
  return headers;
}
