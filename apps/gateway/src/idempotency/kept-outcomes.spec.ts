import { expect, it } from 'vitest';
import { KeptOutcomes, type KeptOutcome } from './kept-outcomes.js';

const limits = { keptMs: 100, outcomesMax: 3, bytesMax: 100 };
const outcome = (bytes: number): KeptOutcome => ({
  httpStatus: 200,
  status: 'ok',
  answer: bytes === 0 ? null : { httpStatus: 200, head: [], body: Buffer.alloc(bytes) },
});

it('forgets an outcome after its time', () => {
  const kept = new KeptOutcomes(limits);
  kept.keep('a', outcome(10), 0);
  expect(kept.get('a', 99)).not.toBeNull();
  expect(kept.get('a', 100)).toBeNull();
  expect(kept.bytes).toBe(0);
});

it('keeps so many outcomes, the newest', () => {
  const kept = new KeptOutcomes(limits);
  for (const id of ['a', 'b', 'c', 'd']) kept.keep(id, outcome(0), 0);
  expect(kept.get('a', 0)).toBeNull();
  expect(kept.get('b', 0)).not.toBeNull();
});

it('keeps so many bytes, whatever their number', () => {
  const kept = new KeptOutcomes(limits);
  kept.keep('a', outcome(60), 0);
  kept.keep('b', outcome(60), 0);
  expect(kept.bytes).toBe(60);
  expect(kept.get('a', 0)).toBeNull();
  kept.keep('c', outcome(200), 0);
  expect(kept.bytes).toBe(0);
});
