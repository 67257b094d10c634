import { describe, expect, it } from 'vitest';
import { countEmbeddingsInput } from './count-input.js';

/** A tokenizer that sees one token in each character. */
const perCharacter = (text: string): number => text.length;

describe('the tokens of an embeddings body', () => {
  it.each([
    ['one text', 'héllo', 5],
    ['several texts', ['ab', '', 'cde'], 5],
    ['one list of token numbers', [15, 0, 99], 3],
    ['several lists of token numbers', [[1, 2], [], [3]], 3],
    ['nothing', [], 0],
    ['members of no known shape', [{ text: 'x' }, null, true], 0],
    ['an input of no known shape', { text: 'x' }, 0],
  ])('are those of %s', (_what, input, tokens) => {
    expect(countEmbeddingsInput({ model: 'm', input }, perCharacter)).toBe(tokens);
  });

  it.each([[null], ['text'], [{}], [7]])('are none where the body is %j', (body) => {
    expect(countEmbeddingsInput(body, perCharacter)).toBe(0);
  });
});
