import type { ErrorFacts } from './openai-error.js';

/** A Gemini error body: Google's `google.rpc.Status` with typed details. */
export interface GeminiErrorBody {
  readonly error: {
    /** The HTTP status. */
    readonly code: number;
    readonly message: string;
    /** A name of `google.rpc.Code`. */
    readonly status: string;
    readonly details: readonly GeminiErrorDetail[];
  };
}

/** One typed detail. */
export type GeminiErrorDetail = Readonly<Record<string, unknown>> & { readonly '@type': string };

const TYPE = 'type.googleapis.com/google.rpc.';

/**
 * Renders an error for `/v1beta/models/{model}:generateContent` and its kin: our code is the ErrorInfo's `reason`, the
 * figures its metadata (texts, as the format demands), the member at fault a BadRequest, the wait a RetryInfo.
 */
export function geminiError(facts: ErrorFacts): GeminiErrorBody {
  const details: GeminiErrorDetail[] = [
    {
      '@type': `${TYPE}ErrorInfo`,
      reason: facts.code,
      domain: 'weir',
      metadata: metadataOf(facts),
    },
  ];
  const { param = null } = facts;
  if (param !== null) {
    const violation = { field: param, description: facts.message };
    details.push({ '@type': `${TYPE}BadRequest`, fieldViolations: [violation] });
  }
  const retryAfterS = facts.metadata?.['retry_after'];
  if (typeof retryAfterS === 'number') {
    details.push({ '@type': `${TYPE}RetryInfo`, retryDelay: `${String(retryAfterS)}s` });
  }
  const status = rpcStatusOf(facts.httpStatus);
  return { error: { code: facts.httpStatus, message: facts.message, status, details } };
}

function metadataOf(facts: ErrorFacts): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts.metadata ?? {})) {
    if (value === null || value === undefined) continue;
    metadata[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  metadata['request_id'] = facts.requestId;
  metadata['error_type'] = facts.errorType;
  const { providerCode = null } = facts;
  if (providerCode !== null) metadata['provider_code'] = providerCode;
  return metadata;
}

/**
 * The name `google.rpc.Code` has for an HTTP status. 402 has none: a spent balance is FAILED_PRECONDITION ("do not
 * retry until the state has been fixed"), for RESOURCE_EXHAUSTED is what clients wait out and try again.
 */
function rpcStatusOf(httpStatus: number): string {
  const named = RPC_STATUS.get(httpStatus);
  if (named !== undefined) return named;
  return httpStatus >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT';
}

const RPC_STATUS: ReadonlyMap<number, string> = new Map([
  [401, 'UNAUTHENTICATED'],
  [402, 'FAILED_PRECONDITION'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'ABORTED'],
  [412, 'FAILED_PRECONDITION'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [501, 'UNIMPLEMENTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);
