/**
 * Counts tokens where a provider reported none. The tokenizer's tables take megabytes and 100 ms to load, so
 * they are loaded when the first text has to be counted, not at start.
 */
export type CountTokens = (text: string) => number;

/** Marks like `<|endoftext|>` are text here: the tokenizer would throw at them, and anyone may write them. */
const NO_MARK_FORBIDDEN = { disallowedSpecial: new Set<string>() };

let counter: CountTokens | null = null;
let loading: Promise<CountTokens> | null = null;

/** Text longer than this is counted by its bytes: tokenizing is not worth blocking other requests for. */
export const COUNTED_CHARS_MAX = 400_000;
/** Ordinary text has about four bytes a token. */
const BYTES_PER_TOKEN = 4;

async function load(): Promise<CountTokens> {
  const { countTokens: count } = await import('gpt-tokenizer');
  counter = (text) =>
    text.length > COUNTED_CHARS_MAX ? byBytes(text) : count(text, NO_MARK_FORBIDDEN);
  return counter;
}

function byBytes(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** The tokenizer; a promise only until it is loaded. */
export function loadTokenizer(): CountTokens | Promise<CountTokens> {
  if (counter !== null) return counter;
  loading ??= load();
  return loading;
}

/** Tokens of a text; a promise only the first time. */
export function countTokens(text: string): number | Promise<number> {
  if (text === '') return 0;
  const tokenizer = loadTokenizer();
  return tokenizer instanceof Promise ? tokenizer.then((count) => count(text)) : tokenizer(text);
}
