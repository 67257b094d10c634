import { nano } from '@weir/units';
import { describe, expect, it } from 'vitest';
import { completePrice } from '../pricing/index.js';
import { comparablePrice, PSEUDO_MODEL_PREFIX, PSEUDO_MODELS, pseudoModelOf } from './index.js';

describe('pseudo-models', () => {
  it('are found by their exact name under the reserved prefix', () => {
    for (const one of PSEUDO_MODELS) {
      expect(one.id.startsWith(PSEUDO_MODEL_PREFIX)).toBe(true);
      expect(pseudoModelOf(one.id)).toBe(one);
    }
    expect(pseudoModelOf('weir/auto-')).toBeNull();
    expect(pseudoModelOf('gpt-4o')).toBeNull();
  });
});

describe('the price that is compared', () => {
  const price = (input: bigint, output: bigint, request: bigint) =>
    comparablePrice(
      completePrice({
        versionId: '1',
        input: nano(input),
        output: nano(output),
        cacheRead: null,
        cacheWrite5m: null,
        cacheWrite1h: null,
        request: nano(request),
      }),
    );

  it('is three parts input, one part output, and a thousandth of a thousand requests', () => {
    expect(price(4n, 8n, 0n)).toBe(5n);
    expect(price(0n, 0n, 7n)).toBe(7_000n);
  });
});
