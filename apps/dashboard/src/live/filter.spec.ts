import { describe, expect, it } from 'vitest';
import type { RequestRow } from '@weir/contracts';
import { matcher, parseFilter } from './filter';

const row: RequestRow = {
  generation_id: 'gen_0199c2d0-0000-7000-8000-000000000001',
  accepted_at: '2026-11-21T10:00:00Z',
  completed_at: '2026-11-21T10:00:02Z',
  endpoint: '/v1/chat/completions',
  dialect: 'openai',
  streamed: true,
  requested_model: 'claude-sonnet-5',
  model: 'claude-sonnet-5',
  provider: 'anthropic',
  region: 'eu-central',
  key: {
    id: '0199c2d0-0000-7000-8000-000000000002',
    label: 'ci-pipeline',
    prefix: 'weir-sk-abcdefgh',
  },
  template: null,
  mode: 'native',
  http_status: 503,
  status: 'upstream_unavailable',
  input_tokens: 10,
  cache_read_tokens: 0,
  cache_write_5m_tokens: 0,
  cache_write_1h_tokens: 0,
  output_tokens: 5,
  reasoning_tokens: 0,
  prompt_tokens: 10,
  completion_tokens: 5,
  total_tokens: 15,
  effective_tokens: 15,
  cost: '0.0125',
  price_version: '1',
  usage_provenance: 'reported',
  latency_ms: 420,
  duration_ms: 2_000,
  energy_wh: null,
  carbon_g: null,
};
const matches = (text: string): boolean => matcher(parseFilter(text))(row);

describe('the filter', () => {
  it.each([
    'status:5xx',
    'status:503',
    'status:error',
    'status:upstream_unavailable',
    'model:claude*',
    'MODEL:Claude-Sonnet-5',
    'key:ci-pipeline',
    'key~pipe',
    'provider!:openai',
    'cost>0.01',
    'cost<0.02',
    'ttft>400 total<3000',
    'status:5xx,model:*sonnet*',
    'anthropic',
    '',
  ])('lets the row pass for "%s"', (text) => {
    expect(matches(text)).toBe(true);
  });

  it.each([
    'status:2xx',
    'model:claude',
    'model!:claude*',
    'cost>0.0125',
    'template:general',
    'status:5xx key:other',
    'groq',
  ])('holds the row back for "%s"', (text) => {
    expect(matches(text)).toBe(false);
  });

  it('takes signs of regular expressions as they are', () => {
    expect(matches('model:claude.sonnet.5')).toBe(false);
    expect(matches('model:(claude*')).toBe(false);
    expect(matches('[')).toBe(false);
  });

  it('reads an unknown field as a word to look for', () => {
    expect(parseFilter('colour:red')).toEqual([
      { field: 'any', operator: '~', value: 'colour:red', text: 'colour:red' },
    ]);
  });
});
