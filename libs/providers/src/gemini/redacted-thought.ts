/**
 * Anthropic's redacted thoughts on their way through a Gemini client and back: opaque data that must return unchanged
 * while a tool is being used. It travels as the signature of a thought without words, in base64 as the field demands.
 */

const MARK = 'weir-redacted::';
/** The mark's length is a multiple of three, so that its base64 has no padding of its own. */
const MARK_START = btoa(MARK);
const ASCII = /^[\x20-\x7e]*$/;

/** The signature that stands for the data; null for data that no provider sends (it is not ASCII). */
export function sealRedacted(data: string): string | null {
  return ASCII.test(data) ? btoa(MARK + data) : null;
}

/** The data a signature stands for; null for any other signature. */
export function openRedacted(signature: string): string | null {
  if (!signature.startsWith(MARK_START)) return null;
  try {
    return atob(signature).slice(MARK.length);
  } catch {
    // InvalidCharacterError: altered on its way; it is no seal of ours any more.
    return null;
  }
}
