/**
 * What the simulated models talk about. Every word and mark is exactly one token of the o200k vocabulary, so the
 * number of tokens produced is known by counting pieces; passages.spec.ts holds this against the tokenizer.
 */
const PASSAGES = [
  ' A river does not hurry, and yet nothing stops it for long.',
  ' People who measure water build a low wall across the stream and let it flow over the top.',
  ' The height of the water above the wall tells them how much passes in each second.',
  ' That is all there is to it: one simple line, one honest number, and no need to guess.',
  ' When the level is high, the gate opens; when it is low, the gate closes again.',
  ' The same idea works for requests: count each one before it leaves, keep a small part in reserve, and settle when it returns.',
  ' If the answer is longer than expected, ask for a little more, and stop in time when there is none.',
  ' No one likes a bill that comes as a surprise at the end of the month.',
  ' So the first rule is to know the price before the work begins.',
  ' The second rule is to write down what was used, at once, in a place that does not forget.',
  ' The third rule is that the same request is never paid twice, even if the power fails in the middle.',
  ' Most systems are fast until they are full, and then they are slow in a way that no one can explain.',
  ' A good design is boring in the best sense: it does the same thing every time.',
  ' You can look at it on a quiet day and see every part move.',
  ' On a bad day you can still see which part does not.',
  ' In summer the water is clear and the fish are easy to see from the bridge.',
  ' In spring the snow melts, and the old men in the village talk about the year when the road was under water.',
  ' Children throw small stones and count how many times they touch the surface.',
  ' It is a small science, but it is a science.',
  ' To test a wall you must be willing to send a flood.',
] as const;

/** A word with the space before it, or a mark. */
const PIECE = / ?[A-Za-z]+|[.,:;]/g;

/** The pieces of all passages in order; each is one token. */
export const TOKEN_PIECES: readonly string[] = PASSAGES.join('').match(PIECE) ?? [];

/** `count` pieces of text that begin at a sentence chosen by `seed`, going round when the passages end. */
export function pieces(seed: number, count: number): string[] {
  const starts = SENTENCE_STARTS;
  const start = starts[Math.abs(seed) % starts.length] ?? 0;
  const chosen: string[] = [];
  for (let i = 0; i < count; i++) {
    const piece = TOKEN_PIECES[(start + i) % TOKEN_PIECES.length] ?? '';
    // An answer begins without a space; the word alone is one token too.
    chosen.push(i === 0 ? piece.trimStart() : piece);
  }
  return chosen;
}

const SENTENCE_STARTS: readonly number[] = TOKEN_PIECES.flatMap((piece, i) =>
  piece === '.' ? [(i + 1) % TOKEN_PIECES.length] : [],
);
