/** What an error says, whatever the dialect. Codes and statuses are listed in @weir/contracts. */
export interface ErrorFacts {
  /** Stable code, e.g. `insufficient_balance`. */
  readonly code: string;
  readonly httpStatus: number;
  /** Of the closed list in spec/api.md, e.g. `payment_required`. */
  readonly errorType: string;
  /** A sentence for people, without secrets or prompts. */
  readonly message: string;
  readonly requestId: string;
  /** The member of the request that is wrong. */
  readonly param?: string | null;
  /** The provider's own code, where it caused the error. */
  readonly providerCode?: string | null;
  /** Figures to act on: limit, scope, used, held, estimate, reset_at, retry_after. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The `error` member of an OpenAI error body. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Renders an error for `/v1/chat/completions`, `/v1/embeddings` and their kin. */
export function openAiError(facts: ErrorFacts): { readonly error: OpenAiError } {
  const { providerCode = null } = facts;
  return {
    error: {
      message: facts.message,
      type: openAiTypeOf(facts),
      param: facts.param ?? null,
      code: facts.code,
      metadata: {
        ...facts.metadata,
        error_type: facts.errorType,
        request_id: facts.requestId,
        ...(providerCode === null ? {} : { provider_code: providerCode }),
      },
    },
  };
}

/** The `type` OpenAI would give: SDK users switch on a handful of names. */
function openAiTypeOf(facts: ErrorFacts): string {
  switch (facts.httpStatus) {
    case 401:
      return 'authentication_error';
    case 402:
      return 'insufficient_quota';
    case 403:
      return 'permission_error';
    case 429:
      return facts.errorType === 'budget_exceeded' ? 'insufficient_quota' : 'rate_limit_error';
    default:
      return facts.httpStatus >= 500 ? 'server_error' : 'invalid_request_error';
  }
}
