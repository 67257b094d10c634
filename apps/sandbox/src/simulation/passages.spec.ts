import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { pieces, TOKEN_PIECES } from './passages.js';

describe('the simulated text', () => {
  it('consists of pieces that are one token each', () => {
    for (const piece of new Set(TOKEN_PIECES))
      expect([piece, encode(piece).length]).toEqual([piece, 1]);
  });

  it('has as many tokens as pieces, wherever it begins and however long it is', () => {
    for (let seed = 0; seed < 20; seed++) {
      for (const count of [1, 10, 500]) {
        expect([seed, encode(pieces(seed, count).join('')).length]).toEqual([seed, count]);
      }
    }
  });
});
