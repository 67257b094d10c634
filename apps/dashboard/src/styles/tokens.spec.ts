import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, deltaE, distance, type Vision } from './colour-vision';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const blocks = [...css.matchAll(/\{\s*color-scheme: (light|dark);([^}]*)\}/g)].map((match) => ({
  scheme: match[1],
  tokens: new Map(
    [...(match[2] ?? '').matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  ),
}));
const themes = ['light', 'dark'].map((scheme) => {
  const block = blocks.find((one) => one.scheme === scheme);
  return { scheme, token: (name: string): string => block?.tokens.get(name) ?? `no --${name}` };
});
const VISIONS: Vision[] = ['normal', 'protan', 'deutan', 'tritan'];

const pairs = (names: readonly string[]): [string, string][] =>
  names.flatMap((one, index) =>
    names.slice(index + 1).map((other): [string, string] => [one, other]),
  );

describe('the colour measure', () => {
  it('agrees with the published CIEDE2000 test pairs', () => {
    expect(deltaE([50, 2.6772, -79.7751], [50, 0, -82.7485])).toBeCloseTo(2.0425, 4);
    expect(deltaE([50, 2.5, 0], [73, 25, -18])).toBeCloseTo(27.1492, 4);
    expect(deltaE([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387])).toBeCloseTo(
      1.2644,
      4,
    );
    expect(deltaE([90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447])).toBeCloseTo(1.4441, 4);
  });
});

describe.each(themes)('the $scheme theme', ({ token }) => {
  it('has text that can be read on every surface', () => {
    for (const surface of ['bg', 'surface', 'raised', 'hover', 'sel']) {
      expect(contrast(token('text'), token(surface)), `text on ${surface}`).toBeGreaterThanOrEqual(
        7,
      );
      expect(
        contrast(token('text2'), token(surface)),
        `text2 on ${surface}`,
      ).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(token('on-accent'), token('accent'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token('accent'), token('surface'))).toBeGreaterThanOrEqual(4.5);
  });

  it('has controls and chart marks that stand out from the surface', () => {
    for (const name of ['line2', 'quiet', 's1', 's2', 's3', 's4', 's5', 's6', 's7']) {
      expect(contrast(token(name), token('surface')), name).toBeGreaterThanOrEqual(3);
    }
  });

  it('has statuses that read as text', () => {
    for (const name of ['ok', 'info', 'warn', 'bad', 'off']) {
      expect(contrast(token(name), token('surface')), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(VISIONS)('keeps statuses apart for %s vision', (vision) => {
    for (const [one, other] of pairs(['ok', 'info', 'warn', 'bad'])) {
      expect(
        distance(token(one), token(other), vision),
        `${one} and ${other}`,
      ).toBeGreaterThanOrEqual(12);
    }
  });

  it.each(VISIONS)('keeps chart series apart for %s vision', (vision) => {
    for (const [one, other] of pairs(['s1', 's2', 's3', 's4', 's5', 's6', 's7'])) {
      expect(
        distance(token(one), token(other), vision),
        `${one} and ${other}`,
      ).toBeGreaterThanOrEqual(12);
    }
  });
});

describe('the two ways into the dark theme', () => {
  it('set the same tokens', () => {
    const [system, chosen] = blocks.filter((block) => block.scheme === 'dark');
    expect(system?.tokens.size).toBeGreaterThan(20);
    expect([...(chosen?.tokens ?? [])]).toEqual([...(system?.tokens ?? [])]);
  });
});
