/**
 * JSON for a `jsonb` parameter. PostgreSQL cannot store U+0000 or half a surrogate pair in jsonb; either, in a
 * client's user agent, would make a request unbillable, so both become U+FFFD.
 *
 * `JSON.stringify` writes surrogates as escapes only when they are alone; an escaped backslash is skipped as a
 * pair so that the text `\u0000` written by a client stays what it is.
 */
export function jsonbText(value: unknown): string {
  return JSON.stringify(value).replace(/\\(?:\\|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\ufffd',
  );
}
