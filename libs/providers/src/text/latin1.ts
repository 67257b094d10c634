import { decodeUtf8 } from './parse-json.js';

/** A text whose characters are the bytes of UTF-8, as it was meant. */
export function fromLatin1(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return decodeUtf8(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}
