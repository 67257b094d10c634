import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';

/** Details of an {@link ApiError} that a person or a script can act on. */
export interface ApiErrorDetails {
  /** The fields that are wrong, each with a dotted path. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** What caused it; logged, never sent. */
  readonly cause?: unknown;
}

/**
 * An expected refusal of the console's API. The filter renders it as problem+json with its stable code; the
 * message is shown to the caller, so it never carries a secret.
 */
export class ApiError extends Error {
  constructor(
    readonly code: ErrorCodeName,
    detail: string = ERROR_CODES[code].when,
    readonly details: ApiErrorDetails = {},
  ) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
  }
}

/** The record does not exist or is not the caller's: both look the same from outside. */
export const notFound = (what: string): ApiError => new ApiError('not_found', `No such ${what}.`);

/** One field of the body or query is not valid. */
export const invalidField = (path: string, message: string): ApiError =>
  new ApiError('validation_failed', `${path}: ${message}`, { errors: [{ path, message }] });
