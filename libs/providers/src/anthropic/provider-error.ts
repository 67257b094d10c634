import { readProviderError } from '../openai/provider-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { asRecord } from '../openai/usage.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an Anthropic error body or `error` event: the error stands under `error`, its stable code in `details`.
 * Null when it is none.
 */
export function readAnthropicError(body: Json | null): ProviderError | null {
  const given = body?.['error'];
  const error = readProviderError(given);
  const code = asRecord(asRecord(given)?.['details'])?.['error_code'];
  return error === null || typeof code !== 'string' ? error : readProviderError({ ...error, code });
}
