import { JSON_DEPTH_MAX, JSON_KEYS_MAX, scanJsonObject, type JsonScan } from '@weir/providers';
import type { Call, CallProblem } from './call.js';
import { readRequest } from './read-request.js';
import type { BodySpec } from './proxy-route.js';

const CACHE_MARK = 'cache_control';
const NATIVE_BYTE_LENGTH = (text: string): number => Buffer.byteLength(text);

/**
 * Reads a body: scanned for what the parser would take but must not pass (E-H5), parsed once, measured. Throws
 * nothing; a malformed body is a value.
 */
export function readCall(spec: BodySpec, body: Buffer): Call | CallProblem {
  const scan = scanJsonObject(body);
  if (!scan.ok) return problem(scanSentence(scan), null);
  let parsed: unknown;
  let text: string;
  try {
    text = body.toString();
    parsed = JSON.parse(text);
  } catch {
    // SyntaxError. Its message quotes the body, which may be a prompt: it is not passed on.
    return problem('The body is not valid JSON.', null);
  }
  const read = readRequest(spec, parsed, NATIVE_BYTE_LENGTH);
  if (!read.ok) return problem(read.problem.message, read.problem.param);
  // Anywhere in the body: a prompt that merely talks of it is held for as if it used it.
  const marksCache = text.includes(CACHE_MARK);
  return { body, object: scan.object, parsed, whole: true, reading: read.request, marksCache };
}

function scanSentence(scan: Extract<JsonScan, { ok: false }>): string {
  switch (scan.problem) {
    case 'not_an_object':
      return 'The body must be one JSON object.';
    case 'too_deep':
      return `The body is nested deeper than ${String(JSON_DEPTH_MAX)} levels.`;
    case 'too_many_keys':
      return `The body has more than ${String(JSON_KEYS_MAX)} keys.`;
    case 'duplicate_key':
      return 'The body gives a key twice in one object.';
    case 'forbidden_key':
      return 'The body has a key that is not allowed.';
  }
}

function problem(message: string, param: string | null): CallProblem {
  return { code: 'invalid_request_error', message, param };
}
