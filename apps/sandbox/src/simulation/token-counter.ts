/**
 * Counts prompt tokens as the simulated models do: the o200k vocabulary, which takes 100 MB once loaded and is
 * therefore loaded at first use (or by `warm`). Very long prompts are measured by their length.
 */
let encodeText: ((text: string) => number[]) | null = null;

const EXACT_CHARS_MAX = 200_000;
const CHARS_PER_TOKEN = 4;

/** Loads the vocabulary. */
export async function warmTokenCounter(): Promise<void> {
  if (encodeText !== null) return;
  const { encode } = await import('gpt-tokenizer/encoding/o200k_base');
  // Text like "<|endoftext|>" in a prompt is text, not a control token.
  encodeText = (text) => encode(text, { disallowedSpecial: new Set() });
}

/** Tokens of a text. */
export async function countTokens(text: string): Promise<number> {
  if (text.length > EXACT_CHARS_MAX) return Math.ceil(text.length / CHARS_PER_TOKEN);
  await warmTokenCounter();
  return encodeText === null ? 0 : encodeText(text).length;
}
