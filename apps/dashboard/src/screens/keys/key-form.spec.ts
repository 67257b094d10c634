import { describe, expect, it } from 'vitest';
import { bodyOf, EMPTY_DRAFT, firstBadRange, isAmount, isCount } from './key-form';

const now = Date.parse('2026-11-21T10:00:00Z');

describe('the form of a key', () => {
  it('sends the label alone when nothing else was filled in', () => {
    expect(bodyOf({ ...EMPTY_DRAFT, label: ' docs-agent ' }, now)).toEqual({ label: 'docs-agent' });
  });

  it('sends what was filled in, amounts as decimal strings', () => {
    const body = bodyOf(
      {
        ...EMPTY_DRAFT,
        label: 'a',
        expires: '30',
        spendCap: ' 12.50 ',
        requestsPerMinute: '600',
        models: 'gpt-5.4-mini, claude-sonnet-5\nqwen3:32b',
        ipAllow: '10.0.0.0/8 2001:db8::/32',
      },
      now,
    );
    expect(body).toEqual({
      label: 'a',
      expires_at: '2026-12-21T10:00:00.000Z',
      spend_cap: '12.50',
      requests_per_minute: 600,
      allowed_models: ['gpt-5.4-mini', 'claude-sonnet-5', 'qwen3:32b'],
      ip_allow: ['10.0.0.0/8', '2001:db8::/32'],
    });
  });

  it.each(['', '0', '12', '12.5', '0.000000001'])('takes "%s" as an amount', (text) => {
    expect(isAmount(text)).toBe(true);
  });

  it.each(['-1', '1e3', '1,5', '.5', '1.0000000001', 'ten'])(
    'refuses "%s" as an amount',
    (text) => {
      expect(isAmount(text)).toBe(false);
    },
  );

  it('takes whole numbers from 1 as limits', () => {
    expect(['', '1', '600'].every(isCount)).toBe(true);
    expect(['0', '1.5', '-3', 'many'].some(isCount)).toBe(false);
  });

  it.each(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', 'fe80::1:2', '1:2:3:4:5:6:7:8', ''])(
    'takes "%s" as a range',
    (text) => {
      expect(firstBadRange(text)).toBeNull();
    },
  );

  it.each([
    '10.0.0',
    '10.0.0.256',
    '10.0.0.0/33',
    '::/129',
    '1::2::3',
    '1:2:3',
    'home',
    '10.0.0.0/8/8',
  ])('names "%s" as no range', (text) => {
    expect(firstBadRange(`127.0.0.1 ${text}`)).toBe(text);
  });
});
