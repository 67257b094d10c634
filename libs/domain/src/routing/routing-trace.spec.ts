import { describe, expect, it } from 'vitest';
import type { TracedCandidate } from './index.js';
import { buildRoutingTrace, TRACE_CANDIDATES_MAX } from './index.js';

const candidate: TracedCandidate = {
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
      considered: [candidate, { ...candidate, excluded: 'region', terms: { price: 0.3 } }],
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
      provider: 'sandbox',
      model: 'small',
      region: null,
      price: '2.5',
      latency_ms: 12,
      carbon: null,
    };
    expect(trace).toEqual({
      policy: 'balanced',
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

  it('keeps those that competed when there are too many candidates', () => {
    const excluded = Array.from({ length: 30 }, () => ({ ...candidate, excluded: 'price' }));
    const trace = buildRoutingTrace({ ...input, considered: [...excluded, candidate] });
    expect(trace.considered).toHaveLength(TRACE_CANDIDATES_MAX);
    expect(trace.considered[0]?.excluded).toBeUndefined();
  });
});
