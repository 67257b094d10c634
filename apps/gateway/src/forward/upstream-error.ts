import type { ErrorCodeName } from '@weir/contracts';
import { openAiErrorBody } from '../refuse/error-body.js';

/** Statuses that another endpoint may do better at: overload, faults, and trouble with *our* credential. */
const FAILOVER: ReadonlySet<number> = new Set([401, 402, 403, 408, 409, 429]);

/** Whether an upstream's status is its own trouble rather than the client's mistake (decisions §7). */
export function isFailoverStatus(status: number): boolean {
  return status >= 500 || FAILOVER.has(status);
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
  try {
    const parsed: unknown = JSON.parse(body.toString());
    if (isRecord(parsed) && isRecord(parsed['error'])) {
      const { message, type, param, code: providerCode } = parsed['error'];
      const metadata = { error_type: 'invalid_request', request_id: requestId };
      return Buffer.from(
        JSON.stringify({
          error: {
            message: typeof message === 'string' ? message : 'The provider refused the request.',
            type: typeof type === 'string' ? type : 'invalid_request_error',
            param: typeof param === 'string' ? param : null,
            code: textOrNull(providerCode) ?? code,
            metadata,
          },
        }),
      );
    }
  } catch {
    // SyntaxError: not JSON. Our own sentence says what is known.
  }
  return Buffer.from(
    openAiErrorBody(code, requestId, { message: 'The provider refused the request.' }),
  );
}

function textOrNull(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
