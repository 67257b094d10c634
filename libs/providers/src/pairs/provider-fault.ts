import type { ErrorFacts } from '../errors/openai-error.js';
import type { ProviderError } from '../openai/provider-error.js';

/** A 200 whose body is no JSON object: nothing can be made of it. */
export const UNREADABLE_ANSWER: ProviderError = {
  message: 'The provider’s answer could not be read.',
  type: null,
  code: 'unreadable_answer',
};

/** A stream that closed although its dialect had more to say. */
export const STREAM_ENDED_EARLY: ProviderError = {
  message: 'The provider’s stream ended before its answer did.',
  type: null,
  code: 'stream_ended_early',
};

/** An event too long to be held whole (SSE_EVENT_BYTES_MAX): it cannot be translated, and must not be lost. */
export const EVENT_TOO_LONG: ProviderError = {
  message: 'The provider sent an event that is too long to be translated.',
  type: null,
  code: 'event_too_long',
};

/** What the client is told of an error that came inside a 200. */
export function errorFactsOf(error: ProviderError, requestId: string): ErrorFacts {
  return {
    code: 'upstream_unavailable',
    httpStatus: 502,
    errorType: 'provider_unavailable',
    message: error.message === '' ? 'The provider reported an error.' : error.message,
    requestId,
    providerCode: error.code,
  };
}
