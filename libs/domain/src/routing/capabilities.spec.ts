import { describe, expect, it } from 'vitest';
import type { NeededCapabilities } from './index.js';
import { lackingCapability } from './index.js';

const nothing: NeededCapabilities = {
  tools: false,
  images: false,
  audio: false,
  files: false,
  json: false,
  reasoning: false,
  contextTokens: 0,
};

describe('what a model must be able to do', () => {
  it.each([
    ['tools', 'tools'],
    ['images', 'vision'],
    ['images', 'images'],
    ['audio', 'audio'],
    ['files', 'files'],
    ['json', 'json'],
    ['reasoning', 'reasoning'],
  ] as const)('finds that %s are missing without the word “%s”', (need, word) => {
    const needs = { ...nothing, [need]: true };
    expect(lackingCapability({ capabilities: ['streaming'], contextTokens: null }, needs)).toBe(
      need,
    );
    expect(lackingCapability({ capabilities: [word], contextTokens: null }, needs)).toBeNull();
    expect(lackingCapability({ capabilities: [], contextTokens: null }, nothing)).toBeNull();
  });

  it('compares the context where it is known', () => {
    const needs = { ...nothing, contextTokens: 1_001 };
    const of = (contextTokens: number | null) =>
      lackingCapability({ capabilities: [], contextTokens }, needs);
    expect([of(1_000), of(1_001), of(null)]).toEqual(['context', null, null]);
  });
});
