import { asRecord } from './usage.js';

/** An error object of an OpenAI-compatible provider, cut to what may be logged. */
export interface ProviderError {
  /** At most 500 characters; may be shown to operators, never billed. */
  readonly message: string;
  readonly type: string | null;
  /** The provider's code; numbers as text. */
  readonly code: string | null;
}

const MESSAGE_CHARS_MAX = 500;
const CODE_CHARS_MAX = 100;

/** Reads an `error` value: an object, or a plain sentence as some servers send. Null when there is none. */
export function readProviderError(value: unknown): ProviderError | null {
  if (typeof value === 'string' && value !== '') {
    return { message: value.slice(0, MESSAGE_CHARS_MAX), type: null, code: null };
  }
  const error = asRecord(value);
  if (error === null) return null;
  const message = error['message'];
  return {
    message: typeof message === 'string' ? message.slice(0, MESSAGE_CHARS_MAX) : '',
    type: shortText(error['type']),
    code: shortText(error['code']),
  };
}

function shortText(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.slice(0, CODE_CHARS_MAX) : null;
}
