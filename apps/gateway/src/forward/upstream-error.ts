import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import { openAiErrorBody } from '../refuse/error-body.js';

const CONTENT_POLICY = /content_policy|content_filter|content-filter|moderation/;

/** Whether the provider refused the content itself: another endpoint would only be asked to look away. */
export function isContentPolicy(body: Buffer): boolean {
  const error = errorOf(body);
  const code = error?.['code'];
  const type = error?.['type'];
  return (
    (typeof code === 'string' && CONTENT_POLICY.test(code)) ||
    (typeof type === 'string' && CONTENT_POLICY.test(type))
  );
}

/** What a client's mistake is logged as. */
export function relayedCode(status: number): ErrorCodeName {
  if (status === 413) return 'request_too_large';
  if (status === 404) return 'model_not_found';
  return 'invalid_request_error';
}

/**
 * The provider's error as the client gets it: its own object where it has one (SDKs read `code` and `param`),
 * else a sentence of ours. Nothing else of the body passes, as it may name hosts or keys.
 */
export function relayedError(body: Buffer, code: ErrorCodeName, requestId: string): Buffer {
  const error = errorOf(body);
  if (error !== null) {
    const { message, type, param, code: providerCode } = error;
    return Buffer.from(
      JSON.stringify({
        error: {
          message: typeof message === 'string' ? message : 'The provider refused the request.',
          type: typeof type === 'string' ? type : 'invalid_request_error',
          param: typeof param === 'string' ? param : null,
          code: textOrNull(providerCode) ?? code,
          metadata: { error_type: ERROR_CODES[code].errorType, request_id: requestId },
        },
      }),
    );
  }
  return Buffer.from(
    openAiErrorBody(code, requestId, { message: 'The provider refused the request.' }),
  );
}

/** The `error` object of a provider's body, or null. */
function errorOf(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return isRecord(parsed) && isRecord(parsed['error']) ? parsed['error'] : null;
  } catch {
    // SyntaxError: not JSON. Our own sentence says what is known.
    return null;
  }
}

function textOrNull(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
