import { describe, expect, it } from 'vitest';
import type { TracedCandidate } from './index.js';
import { buildRoutingTrace, TRACE_CANDIDATES_MAX } from './index.js';

const candidate: TracedCandidate = {
  endpoint: 'e1',
  provider: 'sandbox',
  model: 'small',
  region: null,
  price: '2.5',
  latencyMs: 12,
  carbonGrams: null,
  health: 'ok',
  score: 0.7,
};
const input = {
  policy: 'balanced',
  source: 'default' as const,
  requestedModel: 'small',
  considered: [candidate],
  picked: 'e1',
  reason: 'priority',
  attempts: [],
};

describe('a routing trace', () => {
  it('has the stored names', () => {
    const trace = buildRoutingTrace({
      ...input,
      considered: [
        candidate,
        { ...candidate, excluded: 'region', score: 0.700049, terms: { price: 0.30004 } },
      ],
      attempts: [
        {
          endpoint: 'e1',
          provider: 'sandbox',
          startedAtMs: 0,
          durationMs: 5,
          outcome: 'status',
          status: 500,
        },
      ],
    });
    const shown = {
      endpoint: 'e1',
      provider: 'sandbox',
      model: 'small',
      region: null,
      price: '2.5',
      latency_ms: 12,
      carbon: null,
    };
    expect(trace).toEqual({
      policy: 'balanced',
      source: 'default',
      requested_model: 'small',
      considered: [
        { ...shown, health: 'ok', score: 0.7 },
        { ...shown, health: 'ok', score: 0.7, excluded: 'region', terms: { price: 0.3 } },
      ],
      picked: 'e1',
      reason: 'priority',
      attempts: [
        {
          endpoint: 'e1',
          provider: 'sandbox',
          started_at: '1970-01-01T00:00:00.000Z',
          ms: 5,
          outcome: 'status',
          status: 500,
        },
      ],
    });
  });

  it('shows what each attempt used and cost where there were several', () => {
    const attempt = {
      endpoint: 'e1',
      provider: 'sandbox',
      startedAtMs: 0,
      durationMs: 5,
      outcome: 'timeout',
      status: null,
    } as const;
    const usage = {
      input: 1,
      cacheRead: 2,
      cacheWrite5m: 3,
      cacheWrite1h: 4,
      output: 5,
      reasoning: 6,
    };
    const { attempts } = buildRoutingTrace({
      ...input,
      attempts: [
        { ...attempt, bill: { model: 'small', usage: null, cost: '0' } },
        { ...attempt, outcome: 'ok', bill: { model: 'large', usage, cost: '0.5' } },
      ],
    });
    expect(attempts[0]).toMatchObject({ model: 'small', usage: null, cost: '0' });
    expect(attempts[1]).toMatchObject({
      model: 'large',
      usage: {
        input_tokens: 1,
        cache_read_tokens: 2,
        cache_write_5m_tokens: 3,
        cache_write_1h_tokens: 4,
        output_tokens: 5,
        reasoning_tokens: 6,
      },
      cost: '0.5',
    });
  });

  it('shows no score where none was given', () => {
    const trace = buildRoutingTrace({ ...input, considered: [{ ...candidate, score: null }] });
    expect(trace.considered[0]?.score).toBeNull();
  });

  it('keeps those that competed when there are too many candidates', () => {
    const excluded = Array.from({ length: 30 }, () => ({ ...candidate, excluded: 'price' }));
    const trace = buildRoutingTrace({ ...input, considered: [...excluded, candidate] });
    expect(trace.considered).toHaveLength(TRACE_CANDIDATES_MAX);
    expect(trace.considered[0]?.excluded).toBeUndefined();
  });
});
