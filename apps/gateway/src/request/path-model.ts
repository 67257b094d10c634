const MODEL_CHARS_MAX = 300;
const ENCODED_SLASH = /%2f/i;
/** Control characters, backslashes and what is still encoded after one decoding. */
const FORBIDDEN = /[\p{Cc}\\%?#]/u;

/**
 * The model that a path names, decoded once and checked (E-H2, E-H4); null = no name of a model. Slashes are part of
 * our models' names; an encoded one is how a proxy in front and we would disagree.
 */
export function pathModelOf(text: string): string | null {
  return ENCODED_SLASH.test(text) ? null : readableModelOf(text);
}

/** The same where the name is only looked up, never forwarded: OpenAI's SDK encodes the slashes of a name. */
export function readableModelOf(text: string): string | null {
  const name = decoded(text);
  if (name === null || name === '' || name.length > MODEL_CHARS_MAX) return null;
  if (FORBIDDEN.test(name)) return null;
  const segments = name.split('/');
  return segments.some((segment) => segment === '' || segment === '.' || segment === '..')
    ? null
    : name;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // URIError: not UTF-8 in percent signs.
    return null;
  }
}
