import { BadRequest } from './bad-request.js';

/** A form's fields; a file is its bytes. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Parses a `multipart/form-data` body. */
export function parseForm(body: Buffer, contentType: string): Form {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw new BadRequest('Could not parse multipart form.', null);
  const fields = new Map<string, string>();
  const files = new Map<string, Buffer>();
  for (const part of partsOf(body, `--${boundary}`)) {
    const headEnd = part.indexOf('\r\n\r\n');
    const head = part.toString('utf8', 0, headEnd);
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    if (headEnd === -1 || name === undefined) continue;
    const content = part.subarray(headEnd + 4);
    if (/\bfilename\*?=/i.test(head)) files.set(name, content);
    else fields.set(name, content.toString('utf8'));
  }
  return { fields, files };
}

/** What stands between two boundaries, without the line ends that belong to them. */
function partsOf(body: Buffer, boundary: string): readonly Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(boundary);
  while (start !== -1) {
    const from = start + boundary.length + 2;
    const end = body.indexOf(`\r\n${boundary}`, start + boundary.length);
    if (end === -1) break;
    parts.push(body.subarray(from, end));
    start = end + 2;
  }
  return parts;
}
