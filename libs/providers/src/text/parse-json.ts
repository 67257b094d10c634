const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A text's UTF-8 bytes. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; malformed ones become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** The parsed text; undefined where it is no JSON (no JSON text means undefined). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // SyntaxError. Its message quotes the text, which may be a prompt: nothing of it is passed on.
    return undefined;
  }
}
