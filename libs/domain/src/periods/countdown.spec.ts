import { describe, expect, it } from 'vitest';
import { resetCountdown } from './index.js';

const now = Date.parse('2026-05-01T00:00:00Z');
const HOUR = 3_600_000;

describe('the countdown to a reset', () => {
  it.each([
    [31 * 24 * HOUR, 'Reset in 31 days'],
    [48 * HOUR - 1, 'Reset in 1 day'],
    [24 * HOUR, 'Reset in 1 day'],
    [24 * HOUR - 1, 'Reset in 23h 59min'],
    [5 * HOUR + 7 * 60_000, 'Reset in 5h 07min'],
    [59_999, 'Reset in 0h 00min'],
    [-HOUR, 'Reset in 0h 00min'],
  ])('%d ms before reads "%s"', (left, text) => {
    expect(resetCountdown(now + left, now)).toBe(text);
  });
});
