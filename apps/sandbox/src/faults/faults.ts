import type { IncomingHttpHeaders } from 'node:http';

/**
 * Faults asked for by request headers, all named `x-sandbox-…`. They act
 * only on requests whose credential equals `x-sandbox-for`, when that is given: so one of two endpoints fails.
 */

export const MALFORMATIONS = [
  'split-utf8',
  'crlf',
  'cr',
  'no-done',
  'error-in-200',
  'two-usages',
  'negative-usage',
  'huge-usage',
  'float-usage',
  'null-usage',
  'zero-usage',
  'long-line',
  'broken-json',
] as const;
export type Malformation = (typeof MALFORMATIONS)[number];

/** Endings that a request cannot ask for: the model declines, or a filter stops the answer. */
export const FORCED_FINISHES = ['refusal', 'filter'] as const;
export type ForcedFinish = (typeof FORCED_FINISHES)[number];

/** What shall go wrong with one answer. */
export interface Faults {
  /** Answer with this status instead. */
  readonly status: number | null;
  /** Wait before the first byte, ms; null = the model's own latency. */
  readonly delayMs: number | null;
  /** Wait between chunks, ms; null = the model's own speed. */
  readonly chunkDelayMs: number | null;
  /** Number of content chunks (tokens); null = the model's own length. */
  readonly chunks: number | null;
  /** Cut the connection after this many body bytes. */
  readonly cutAfterBytes: number | null;
  readonly cutBy: 'rst' | 'fin';
  /** Fall silent after this many content chunks; 0 = after the headers. */
  readonly silenceAfterChunks: number | null;
  readonly malformed: Malformation | null;
  /** How the answer shall end; null = as it would. */
  readonly finish: ForcedFinish | null;
  readonly noUsage: boolean;
  /** Members that overwrite those of the usage object. */
  readonly usage: Readonly<Record<string, unknown>> | null;
  /** Redirect to this address. */
  readonly redirect: string | null;
  /** Value of a `retry-after` header on the error. */
  readonly retryAfter: string | null;
  /** Seed of lengths and delays. */
  readonly seed: number | null;
}

/** No fault at all. */
export const NO_FAULTS: Faults = {
  status: null,
  delayMs: null,
  chunkDelayMs: null,
  chunks: null,
  cutAfterBytes: null,
  cutBy: 'rst',
  silenceAfterChunks: null,
  malformed: null,
  finish: null,
  noUsage: false,
  usage: null,
  redirect: null,
  retryAfter: null,
  seed: null,
};

/** A fault header that cannot be read; answered with 400 so that a test's typing error shows. */
export class FaultHeaderError extends Error {}

/** Reads the fault headers of a request made with `credential`. */
export function readFaults(headers: IncomingHttpHeaders, credential: string): Faults {
  let found = false;
  for (const name in headers) {
    if (name.startsWith('x-sandbox-')) {
      found = true;
      break;
    }
  }
  const only = text(headers, 'for');
  if (!found || (only !== null && only !== credential)) return NO_FAULTS;
  const cut = text(headers, 'cut-after-bytes')?.split(';') ?? null;
  return {
    status: integer(headers, 'status'),
    delayMs: integer(headers, 'delay-ms'),
    chunkDelayMs: integer(headers, 'chunk-delay-ms'),
    chunks: integer(headers, 'chunks'),
    cutAfterBytes: cut === null ? null : toInteger('cut-after-bytes', cut[0] ?? ''),
    cutBy: cut?.[1] === 'fin' ? 'fin' : 'rst',
    silenceAfterChunks: integer(headers, 'silence-after-chunks'),
    malformed: oneOf('malformed', MALFORMATIONS, text(headers, 'malformed')),
    finish: oneOf('finish', FORCED_FINISHES, text(headers, 'finish')),
    noUsage: text(headers, 'no-usage') !== null,
    usage: usageMembers(text(headers, 'usage')),
    redirect: text(headers, 'redirect'),
    retryAfter: text(headers, 'retry-after'),
    seed: integer(headers, 'seed'),
  };
}

function text(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[`x-sandbox-${name}`];
  return typeof value === 'string' ? value : null;
}

function integer(headers: IncomingHttpHeaders, name: string): number | null {
  const value = text(headers, name);
  return value === null ? null : toInteger(name, value);
}

function toInteger(name: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) {
    throw new FaultHeaderError(`x-sandbox-${name} takes a whole number, not "${value}"`);
  }
  return Number(value);
}

function oneOf<Name extends string>(
  header: string,
  names: readonly Name[],
  value: string | null,
): Name | null {
  if (value === null) return null;
  const known = names.find((name) => name === value);
  if (known === undefined) {
    throw new FaultHeaderError(`x-sandbox-${header} is one of ${names.join(', ')}`);
  }
  return known;
}

function usageMembers(value: string | null): Readonly<Record<string, unknown>> | null {
  if (value === null) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // SyntaxError: said below like any other wrong value.
  }
  throw new FaultHeaderError('x-sandbox-usage takes a JSON object, e.g. {"completion_tokens":7}');
}
