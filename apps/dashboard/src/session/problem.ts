import { HttpErrorResponse } from '@angular/common/http';

/** A refusal of the console, ready to be shown. */
export interface Problem {
  /** HTTP status; 0 = the server could not be reached. */
  readonly status: number;
  readonly code: string | null;
  /** One sentence for people. */
  readonly message: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  /** Messages per field path, from a 422. */
  readonly fields: ReadonlyMap<string, string>;
}

/** Reads problem+json, or says what is known when there is none. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof HttpErrorResponse)) {
    return unreachable(error instanceof Error ? error.message : 'Something went wrong.');
  }
  if (error.status === 0) return unreachable('The server cannot be reached.');
  const body: unknown = error.error;
  const retryAfter = Number(error.headers.get('retry-after'));
  return {
    status: error.status,
    code: text(body, 'code'),
    message: text(body, 'detail') ?? text(body, 'title') ?? 'The server answered with an error.',
    requestId: text(body, 'request_id') ?? error.headers.get('x-request-id'),
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
    fields: fieldsOf(body),
  };
}

function unreachable(message: string): Problem {
  return {
    status: 0,
    code: null,
    message,
    requestId: null,
    retryAfterSeconds: null,
    fields: new Map(),
  };
}

function text(body: unknown, name: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : null;
}

function fieldsOf(body: unknown): Map<string, string> {
  const fields = new Map<string, string>();
  const errors: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'errors') : null;
  if (!Array.isArray(errors)) return fields;
  for (const entry of errors) {
    const path = text(entry, 'path') ?? text(entry, 'pointer') ?? text(entry, 'field');
    const message = text(entry, 'message') ?? text(entry, 'detail');
    if (path && message) fields.set(path.replace(/^[/#]+/, ''), message);
  }
  return fields;
}
