import { findProvider } from '@pydantic/genai-prices';
import { NANO_PER_UNIT, parseMoney } from '@weir/units';
import { describe, expect, it } from 'vitest';
import {
  catalogueNames,
  catalogueSource,
  findCatalogue,
  planCatalogue,
} from './genai-catalogue.js';
import { capabilitiesOf, hidesOutput, kindOf, outputCapOf, unsuitable } from './model-facts.js';
import type { PlannedModel } from './planned.types.js';

const whole = { now: new Date('2026-11-21T00:00:00Z'), rateNano: NANO_PER_UNIT, only: null };
function planOf(name: string, only: ReadonlySet<string> | null = null) {
  const provider = findProvider({ providerId: name });
  if (provider === undefined) throw new Error(`There is no catalogue ${name}.`);
  return planCatalogue(provider, { ...whole, only });
}
function modelOf(models: readonly PlannedModel[], id: string): PlannedModel {
  const model = models.find((one) => one.id === id);
  if (model === undefined) throw new Error(`There is no ${id}.`);
  return model;
}

describe('the catalogue that ships with the console', () => {
  it('is found by a provider’s address and by its name', () => {
    const address = (baseUrl: string) => findCatalogue({ baseUrl })?.id;
    expect(address('https://api.openai.com/v1')).toBe('openai');
    expect(address('https://api.anthropic.com/v1')).toBe('anthropic');
    expect(address('https://openrouter.ai/api/v1')).toBe('openrouter');
    expect(address('http://127.0.0.1:4002/openai/v1')).toBeUndefined();
    expect(findCatalogue({ name: 'groq', baseUrl: '' })?.id).toBe('groq');
    expect(catalogueSource()).toMatch(/^@pydantic\/genai-prices \d+\.\d+\.\d+$/);
  });

  it('plans whole models: prices of all classes, context, cap, capabilities', () => {
    const { models } = planOf('openai');
    expect(modelOf(models, 'gpt-4o')).toMatchObject({
      kind: 'chat',
      contextTokens: 128_000,
      outputTokensMax: 16_384,
      hiddenOutput: false,
      capabilities: ['streaming', 'json', 'tools', 'vision', 'files'],
      versions: [{ price: { inputNano: parseMoney('2.5'), cacheReadNano: parseMoney('1.25') } }],
    });
    expect(modelOf(models, 'gpt-4o-2024-11-20').upstreamModel).toBe('gpt-4o-2024-11-20');
    expect(modelOf(models, 'gpt-5.4').versions[0]?.price.tiers).toMatchObject([
      { aboveTokens: 271_999, inputNano: parseMoney('5'), outputNano: parseMoney('22.5') },
    ]);
    expect(modelOf(models, 'text-embedding-3-small')).toMatchObject({
      kind: 'embeddings',
      outputTokensMax: null,
      versions: [{ price: { outputNano: 0n } }],
    });
    const claude = modelOf(planOf('anthropic').models, 'claude-sonnet-4-5');
    expect(claude).toMatchObject({ hiddenOutput: true, outputTokensMax: 64_000 });
    expect(claude.versions[0]?.price).toMatchObject({
      cacheWrite5mNano: parseMoney('3.75'),
      cacheWrite1hNano: parseMoney('6'),
    });
  });

  it('leaves out, and says why, what tokens of text do not price', () => {
    const { models, skipped } = planOf('openai');
    const reasons = new Map(skipped.map(({ model, reason }) => [model, reason]));
    expect(reasons.get('whisper-1')).toContain('not billed by the tokens');
    expect(reasons.get('ada')).toContain('retired');
    expect(models.some(({ id }) => reasons.has(id))).toBe(false);
    const old = planOf('openrouter').skipped.filter(({ reason }) => reason === 'no longer offered');
    expect(old.length).toBeGreaterThan(100);
  });

  it('plans what is named although it is no longer offered', () => {
    const { models } = planOf('openrouter', new Set(['01-ai/yi-large']));
    expect(models.map(({ id }) => id)).toEqual(['01-ai/yi-large']);
  });

  it('makes no chat model of any provider free in silence', async () => {
    const names = await catalogueNames();
    expect(names.length).toBeGreaterThan(30);
    const free: string[] = [];
    for (const name of names) {
      for (const { id, kind, versions } of planOf(name).models) {
        expect(versions.length, id).toBeGreaterThan(0);
        for (const { price } of versions) {
          if (kind === 'chat' && price.inputNano === 0n && price.outputNano === 0n) free.push(id);
        }
      }
    }
    expect(free).toEqual([]);
  });
});

describe('what a model’s name tells', () => {
  it.each([
    ['o3-mini', { hides: true, cap: 100_000 }],
    ['openai/gpt-4.1-mini', { hides: false, cap: 32_768 }],
    ['gpt-4', { hides: false, cap: 8_192 }],
    ['gpt-5-chat-latest', { hides: true, cap: 16_384 }],
    ['claude-3-haiku', { hides: false, cap: 4_096 }],
    ['claude-3-5-sonnet', { hides: false, cap: 8_192 }],
    ['claude-opus-4-1', { hides: true, cap: 32_000 }],
    ['claude-opus-4-6', { hides: true, cap: 64_000 }],
    ['anthropic/claude-sonnet-4.5', { hides: true, cap: 64_000 }],
    ['gemini-2.5-flash', { hides: true, cap: 65_536 }],
    ['mistral-large-latest', { hides: false, cap: null }],
  ])('of %s', (id, { hides, cap }) => {
    expect({ hides: hidesOutput(id), cap: outputCapOf(id) }).toEqual({ hides, cap });
    expect(kindOf(id)).toBe('chat');
    expect(unsuitable(id)).toBeNull();
  });

  it('is nothing for embeddings', () => {
    expect(capabilitiesOf('text-embedding-3-large')).toEqual([]);
    expect(capabilitiesOf('o1-mini')).toEqual(['streaming', 'json', 'reasoning']);
  });
});
