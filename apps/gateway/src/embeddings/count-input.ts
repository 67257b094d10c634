/**
 * Tokens of an `embeddings` body: texts by the tokenizer, lists of token numbers by their length. The body was
 * read before, so its shape is known to be right.
 */
export function countEmbeddingsInput(body: unknown, countTokens: (text: string) => number): number {
  if (typeof body !== 'object' || body === null || !('input' in body)) return 0;
  const { input } = body;
  if (typeof input === 'string') return countTokens(input);
  if (!Array.isArray(input)) return 0;
  let tokens = 0;
  for (const item of input) {
    if (typeof item === 'string') tokens += countTokens(item);
    else if (typeof item === 'number') tokens += 1;
    else if (Array.isArray(item)) tokens += item.length;
  }
  return tokens;
}
