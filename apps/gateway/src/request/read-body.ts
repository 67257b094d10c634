import type { IncomingMessage } from 'node:http';
import type { ErrorCodeName } from '@weir/contracts';
import type { Exchange } from './exchange.js';

/** Who waits for bodies. */
export interface BodyReader {
  onBody(x: Exchange, body: Buffer): void;
  onBodyRefused(x: Exchange, code: ErrorCodeName, message: string): void;
}

const EMPTY = Buffer.alloc(0);

/** Why this head announces a body we do not take, or null. Checked before a byte of it is read. */
export function bodyProblem(
  req: IncomingMessage,
  bytesMax: number,
): { readonly code: ErrorCodeName; readonly message: string } | null {
  const { headers } = req;
  const type = headers['content-type'];
  if (type === undefined || !isJson(type)) {
    return {
      code: 'unsupported_media_type',
      message: 'The body must be JSON: send `content-type: application/json`.',
    };
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return { code: 'unsupported_media_type', message: 'Send the body without content-encoding.' };
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > bytesMax) return tooLarge(bytesMax);
  return null;
}

function tooLarge(bytesMax: number): { code: ErrorCodeName; message: string } {
  const megabytes = String(Math.floor(bytesMax / (1024 * 1024)));
  return {
    code: 'request_too_large',
    message: `The body is larger than ${megabytes} MB. Send a smaller one.`,
  };
}

function isJson(type: string): boolean {
  if (type === 'application/json') return true;
  const end = type.indexOf(';');
  const essence = (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
  return essence === 'application/json';
}

/** Collects a request's body up to `bytesMax`. A client that leaves in between simply never calls back. */
export function readBody(x: Exchange, bytesMax: number, reader: BodyReader): void {
  const { req } = x;
  let first: Buffer | null = null;
  let rest: Buffer[] | null = null;
  let bytes = 0;
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    x.lastBodyByteMs = performance.now();
    if (bytes > bytesMax) {
      if (bytes - chunk.length > bytesMax) return;
      first = null;
      rest = null;
      const { code, message } = tooLarge(bytesMax);
      reader.onBodyRefused(x, code, message);
      return;
    }
    if (first === null) first = chunk;
    else if (rest === null) rest = [first, chunk];
    else rest.push(chunk);
  });
  req.on('end', () => {
    if (bytes > bytesMax) return;
    reader.onBody(x, rest === null ? (first ?? EMPTY) : Buffer.concat(rest, bytes));
  });
}
