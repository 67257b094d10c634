import { describe, expect, it } from 'vitest';
import { GEMINI_UPSTREAM } from './upstream.js';

const read = (...chunks: unknown[]) => {
  const reader = GEMINI_UPSTREAM.streamReader({});
  return chunks.flatMap((chunk) => [...reader.read(JSON.stringify(chunk))]);
};
const candidate = (parts: object[], more: object = {}) => ({
  content: { parts, role: 'model' },
  ...more,
});
const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
const usage = {
  input: 3,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 2,
  reasoning: 0,
};
const start = { type: 'start', id: null, model: null };
const finish = (reason: string, choice = 0) => ({
  type: 'finish',
  choice,
  reason,
  stopSequence: null,
});

describe('Gemini’s chunks as neutral events', () => {
  it('are words, thoughts, calls, an end and the usage', () => {
    const head = { responseId: 'resp/1', modelVersion: 'gemini-x' };
    expect(
      read(
        {
          ...head,
          candidates: [candidate([{ text: 'hm', thought: true, thoughtSignature: 's0' }])],
        },
        { ...head, candidates: [candidate([{ text: 'Hel' }, { text: '' }, { text: 'lo' }])] },
        {
          ...head,
          candidates: [
            candidate(
              [
                { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 's' },
                { functionCall: { id: 'given', name: 'g' } },
              ],
              { finishReason: 'STOP' },
            ),
          ],
          usageMetadata,
        },
      ),
    ).toEqual([
      { type: 'start', id: 'resp/1', model: 'gemini-x' },
      { type: 'thinking', choice: 0, text: 'hm' },
      { type: 'text', choice: 0, text: 'Hel' },
      { type: 'text', choice: 0, text: 'lo' },
      {
        type: 'tool_call',
        choice: 0,
        index: 0,
        id: 'call_resp1_0_0',
        name: 'f',
        signature: 's',
      },
      { type: 'tool_arguments', choice: 0, index: 0, text: '{"a":1}' },
      { type: 'tool_call', choice: 0, index: 1, id: 'given', name: 'g' },
      { type: 'tool_arguments', choice: 0, index: 1, text: '{}' },
      finish('tool_calls'),
      { type: 'usage', usage },
    ]);
  });

  it('are the same where the answer is not streamed', () => {
    const answer = {
      candidates: [candidate([{ text: 'a' }], { finishReason: 'STOP' })],
      usageMetadata,
    };
    expect(GEMINI_UPSTREAM.readAnswer(answer, {})).toEqual(read(answer));
  });

  it('give calls ids that fit everywhere', () => {
    const events = read({
      responseId: 'x'.repeat(200),
      candidates: [candidate([{ functionCall: {} }, { functionCall: { name: 'f.g' } }])],
    });
    const ids = events.flatMap((event) => (event.type === 'tool_call' ? [event.id] : []));
    expect(ids).toEqual([`call_${'x'.repeat(28)}_0_0`, `call_${'x'.repeat(28)}_0_1`]);
    const named = read({ candidates: [candidate([{ functionCall: { name: 'f.g' } }])] });
    expect(named[1]).toMatchObject({ id: 'call_fg_0_0' });
  });

  it('tell candidates apart by their index or their place', () => {
    const two = [candidate([{ text: 'a' }]), candidate([{ text: 'b' }], { index: 4 })];
    expect(read({ candidates: two })).toEqual([
      start,
      { type: 'text', choice: 0, text: 'a' },
      { type: 'text', choice: 4, text: 'b' },
    ]);
  });

  it('end a choice once, though the reason is repeated', () => {
    const chunk = { candidates: [candidate([{ text: 'a' }], { finishReason: 'STOP' })] };
    const types = read(chunk, chunk).map((event) => event.type);
    expect(types).toEqual(['start', 'text', 'finish', 'text']);
  });

  it('end the choice that a refused prompt would have had', () => {
    expect(
      read({
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
        usageMetadata: { promptTokenCount: 3 },
      }),
    ).toEqual([start, finish('content_filter'), { type: 'usage', usage: { ...usage, output: 0 } }]);
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['SPII', 'content_filter'],
    ['MALFORMED_FUNCTION_CALL', 'stop'],
    ['OTHER', 'stop'],
    ['WHATEVER_COMES', 'stop'],
  ])('say %s as %s', (reason, neutral) => {
    expect(read({ candidates: [{ finishReason: reason }] })).toEqual([start, finish(neutral)]);
  });

  it('are an error where they hold one', () => {
    expect(read({ error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } })).toEqual([
      { type: 'error', error: { message: 'busy', type: 'UNAVAILABLE', code: '503' } },
    ]);
  });

  it('tell a usage only where it can be right and tells the output', () => {
    const reader = GEMINI_UPSTREAM.streamReader({ outputTokensMax: 1 });
    const at = (more: object) => reader.read(JSON.stringify({ ...more }));
    at({ candidates: [candidate([{ text: 'a' }])], usageMetadata: { promptTokenCount: 3 } });
    expect([reader.usage, reader.isUsageInvalid]).toEqual([null, false]);
    at({ usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 11 } });
    expect([reader.usage, reader.isUsageInvalid]).toEqual([null, true]);
    at({ usageMetadata });
    expect([reader.usage, reader.isUsageInvalid, reader.isDone]).toEqual([usage, false, false]);
  });

  it('say nothing where they are malformed', () => {
    const reader = GEMINI_UPSTREAM.streamReader({});
    for (const odd of ['{"cut', '[1]', 'null']) expect(reader.read(odd)).toEqual([]);
    expect(read({ candidates: [candidate([{ inlineData: { data: 'AA' } }])] })).toEqual([start]);
  });
});
