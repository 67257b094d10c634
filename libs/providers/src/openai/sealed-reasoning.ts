import { asRecord } from './usage.js';
import { parseJson } from '../text/parse-json.js';

/**
 * Reasoning of an OpenAI-compatible provider, on its way through a client of another dialect and back.
 *
 * Such a provider wants its own `reasoning_details` (or `reasoning_content`) back, and others refuse a message that
 * has them. So what it gave is sealed into the one thing every dialect carries: the signature of a thought. Only a
 * signature with our seal is turned into those members again; it is base64, as Gemini's field demands.
 */
export type SealedReasoning =
  /** A thought in plain `reasoning_content`. */
  | { readonly kind: 'content' }
  /** One entry of `reasoning_details`, but for its text. */
  | { readonly kind: 'detail'; readonly detail: Readonly<Record<string, unknown>> };

const MARK = 'weir-reasoning:';

/** The signature that stands for it. */
export function sealReasoning(reasoning: SealedReasoning): string {
  const json = JSON.stringify(reasoning).replace(NOT_ASCII, escapeUnit);
  return btoa(MARK + json);
}

/** What a signature of ours stands for; null for any other. */
export function openSeal(signature: string | null): SealedReasoning | null {
  if (signature === null || !signature.startsWith(SEALED_START)) return null;
  const sealed = asRecord(parseJson(decoded(signature).slice(MARK.length)));
  if (sealed?.['kind'] === 'content') return { kind: 'content' };
  const detail = asRecord(sealed?.['detail']);
  return detail === null ? null : { kind: 'detail', detail };
}

/** Whether a thought came from an OpenAI-compatible provider: nobody else can check its signature. */
export function isSealed(signature: string | null): boolean {
  return signature?.startsWith(SEALED_START) === true;
}

const NOT_ASCII = /[^\x20-\x7e]/g;
/** The mark's length is a multiple of three, so that its base64 has no padding of its own. */
const SEALED_START = btoa(MARK);

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    // InvalidCharacterError: cut or altered on its way; it is no seal of ours any more.
    return '';
  }
}
