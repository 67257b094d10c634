import { nano, parseMoney } from '@weir/units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overageMaxNano, shareCost } from './index.js';

const money = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(nano);

describe('a cost above its hold', () => {
  it('is charged up to 5 % of the hold beyond it', () => {
    expect(shareCost(parseMoney('12'), parseMoney('10'))).toEqual({
      chargedNano: parseMoney('10.5'),
      absorbedNano: parseMoney('1.5'),
      overage: true,
    });
  });

  it('is charged up to 0.01 unit beyond a small hold', () => {
    expect(overageMaxNano(parseMoney('0.05'))).toBe(parseMoney('0.01'));
    expect(overageMaxNano(parseMoney('0.2'))).toBe(parseMoney('0.01'));
    expect(shareCost(parseMoney('0.055'), parseMoney('0.05'))).toMatchObject({
      chargedNano: parseMoney('0.055'),
      absorbedNano: 0n,
      overage: true,
    });
  });

  it('is shared without rest, and a cost within the hold is charged whole', () => {
    fc.assert(
      fc.property(money, money, (cost, hold) => {
        const share = shareCost(cost, hold);
        expect(share.chargedNano + share.absorbedNano).toBe(cost);
        expect(share.chargedNano <= hold + overageMaxNano(hold)).toBe(true);
        expect(share.overage).toBe(cost > hold);
        if (cost <= hold) expect(share.chargedNano).toBe(cost);
      }),
    );
  });
});
