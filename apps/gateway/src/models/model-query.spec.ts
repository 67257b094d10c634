import { nano } from '@weir/units';
import { describe, expect, it } from 'vitest';
import type { ListedModel } from './listed-model.js';
import { ModelQueryProblem, pageOfModels, readModelQuery } from './model-query.js';
import { supportedParameters } from './supported-parameters.js';

function model(
  id: string,
  over: Partial<ListedModel> & { price?: bigint | null } = {},
): ListedModel {
  const { price = 1n, ...rest } = over;
  const each = price === null ? null : nano(price);
  return {
    id,
    name: id,
    description: '',
    kind: 'chat',
    createdAtMs: 0,
    contextTokens: 1_000,
    outputTokensMax: null,
    takesImages: false,
    capabilities: ['tools'],
    owner: 'p',
    pricing:
      each === null
        ? null
        : { input: each, output: each, cacheRead: each, cacheWrite5m: each, request: nano(0n) },
    ...rest,
  };
}
const MODELS = [
  model('b', { price: 3n, contextTokens: 2_000, createdAtMs: 1 }),
  model('d', { price: null, contextTokens: null, createdAtMs: 2, capabilities: null }),
  model('a', { price: 1n, contextTokens: 3_000, createdAtMs: 4 }),
  model('c', { price: 2n, contextTokens: 1_000, createdAtMs: 3, capabilities: ['json', 'tools'] }),
];

function page(search: string): { ids: string; next: string | null | undefined } {
  const query = readModelQuery(`/v1/models${search}`);
  if (query instanceof ModelQueryProblem) throw new Error(query.message);
  const { models, next } = pageOfModels(MODELS, query);
  return { ids: models.map(({ id }) => id).join(''), next };
}

describe('the query of a list of models', () => {
  it.each([
    ['', 'bdac'],
    ['?sort=name', 'abcd'],
    ['?sort=newest', 'acdb'],
    ['?sort=context-high-to-low', 'abcd'],
    ['?sort=pricing-low-to-high', 'acbd'],
    ['?sort=pricing-high-to-low', 'bcad'],
    ['?supported_parameters=tools,response_format', 'dc'],
    ['?supported_parameters=nothing', ''],
    ['?offset=1', 'dac'],
    ['?unknown=1&limit=1000', 'bdac'],
  ])('%s gives %s, what is unknown last', (search, ids) => {
    expect(page(search).ids).toBe(ids);
  });

  it('walks pages by their links and keeps the rest of the query', () => {
    const first = page('?limit=3&sort=name');
    expect(first).toEqual({ ids: 'abc', next: '/v1/models?limit=3&sort=name&offset=3' });
    expect(page((first.next ?? '').replace('/v1/models', ''))).toEqual({ ids: 'd', next: null });
    expect(page('?limit=4').next).toBeNull();
    expect(page('?offset=1').next).toBeUndefined();
  });

  it.each([
    ['?sort=best', 'sort'],
    ['?sort=toString', 'sort'],
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?limit=x', 'limit'],
    ['?offset=-1', 'offset'],
  ])('%s names %s as wrong', (search, param) => {
    expect(readModelQuery(`/v1/models${search}`)).toMatchObject({ param });
  });
});

describe('the parameters of a model', () => {
  it('are those of its kind and abilities', () => {
    expect(supportedParameters(model('m'))).toContain('tool_choice');
    expect(supportedParameters(model('m'))).not.toContain('reasoning');
    expect(supportedParameters({ kind: 'chat', capabilities: null })).toContain('reasoning');
    expect(supportedParameters({ kind: 'embeddings', capabilities: [] })).toContain('dimensions');
    expect(supportedParameters({ kind: 'images', capabilities: [] })).toEqual([]);
  });
});
