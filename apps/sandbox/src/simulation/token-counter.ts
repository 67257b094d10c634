/**
 * Counts tokens as the simulated models do: the o200k vocabulary, which takes 100 MB once loaded and is
 * therefore loaded at first use (or by `warm`). Very long prompts are measured by their length.
 */
interface Vocabulary {
  readonly encode: (text: string) => number[];
  readonly decode: (tokens: readonly number[]) => string;
}
let vocabulary: Vocabulary | null = null;

const EXACT_CHARS_MAX = 200_000;
const CHARS_PER_TOKEN = 4;
/** What a decoder writes for bytes that are no whole character. */
const REPLACEMENT = '\uFFFD';

/** Loads the vocabulary. */
export async function warmTokenCounter(): Promise<void> {
  await loaded();
}

/** Tokens of a text. */
export async function countTokens(text: string): Promise<number> {
  if (text === '') return 0;
  if (text.length > EXACT_CHARS_MAX) return Math.ceil(text.length / CHARS_PER_TOKEN);
  return (await loaded()).encode(text).length;
}

/** A text token by token. Tokens that part a character are joined, so a piece may be more than one token. */
export async function tokenPieces(text: string): Promise<string[]> {
  const { encode, decode } = await loaded();
  const pieces: string[] = [];
  let pending: number[] = [];
  for (const token of encode(text)) {
    pending.push(token);
    const piece = decode(pending);
    if (piece.includes(REPLACEMENT)) continue;
    pieces.push(piece);
    pending = [];
  }
  if (pending.length > 0) pieces.push(decode(pending));
  return pieces;
}

async function loaded(): Promise<Vocabulary> {
  if (vocabulary !== null) return vocabulary;
  const { encode, decode } = await import('gpt-tokenizer/encoding/o200k_base');
  vocabulary = {
    // Text like "<|endoftext|>" in a prompt is text, not a control token.
    encode: (text) => encode(text, { disallowedSpecial: new Set() }),
    decode: (tokens) => decode(tokens),
  };
  return vocabulary;
}
