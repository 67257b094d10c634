import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { partOf } from './answer-parts.js';
import { GEMINI_CLIENT } from './client.js';
import { openRedacted, sealRedacted } from './redacted-thought.js';

const head = {
  answerId: 'gen_1',
  nowS: 1,
  requestedModel: 'asked',
  includeUsage: true,
  request: {},
};
const USAGE = {
  input: 3,
  cacheRead: 1,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 5,
  reasoning: 2,
};
const usageMetadata = {
  promptTokenCount: 4,
  cachedContentTokenCount: 1,
  candidatesTokenCount: 3,
  thoughtsTokenCount: 2,
  totalTokenCount: 9,
};

/** Chunks of the stream, without what all of them repeat. */
function streamed(events: readonly AnswerEvent[]): readonly object[] {
  const writer = GEMINI_CLIENT.streamWriter(head);
  const out = [...events.map((event) => writer.write(event)), writer.end()];
  return chunksOf(Buffer.concat(out).toString());
}
const chunksOf = (text: string): readonly object[] =>
  text
    .split('\r\n\r\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const chunk = JSON.parse(frame.replace(/^data: /, '')) as Record<string, unknown>;
      const { modelVersion, responseId, ...rest } = chunk;
      expect([modelVersion, responseId]).toEqual(['m', 'r']);
      return rest;
    });
const parts = (given: readonly object[], index = 0) => ({
  candidates: [{ content: { parts: given, role: 'model' }, index }],
});
const last = (...reasons: string[]) => ({
  candidates: reasons.map((finishReason, index) => ({
    content: { parts: [{ text: '' }], role: 'model' },
    finishReason,
    index,
  })),
});
const whole = (events: readonly AnswerEvent[]) => GEMINI_CLIENT.writeAnswer(events, head);

const start: AnswerEvent = { type: 'start', id: 'r', model: 'm' };
const text = (it: string, choice = 0): AnswerEvent => ({ type: 'text', choice, text: it });
const finish = (
  reason: Extract<AnswerEvent, { type: 'finish' }>['reason'],
  choice = 0,
): AnswerEvent => ({ type: 'finish', choice, reason, stopSequence: null });
const call = (index: number, id: string, more: object = {}): AnswerEvent => ({
  type: 'tool_call',
  choice: 0,
  index,
  id,
  name: 'f',
  ...more,
});
const args = (index: number, it: string): AnswerEvent => ({
  type: 'tool_arguments',
  choice: 0,
  index,
  text: it,
});

describe('an answer in Gemini’s dialect', () => {
  const said: readonly AnswerEvent[] = [
    start,
    { type: 'thinking', choice: 0, text: 'hm' },
    { type: 'thinking_signature', choice: 0, signature: 'sig' },
    { type: 'redacted_thinking', choice: 0, data: 'opaque' },
    text('Hel'),
    text('lo'),
    call(0, 'c0', { signature: 's' }),
    args(0, '{"a"'),
    call(1, 'c1'),
    args(0, ':1}'),
    args(1, ''),
    finish('tool_calls'),
    { type: 'usage', usage: USAGE },
  ];
  const calls = [
    { functionCall: { id: 'c0', name: 'f', args: { a: 1 } }, thoughtSignature: 's' },
    { functionCall: { id: 'c1', name: 'f', args: {} } },
  ];
  const redacted = { text: '', thought: true, thoughtSignature: sealRedacted('opaque') };

  it('streams words as they come, calls whole, and the end with the usage last', () => {
    expect(streamed(said)).toEqual([
      parts([{ text: 'hm', thought: true }]),
      parts([{ text: '', thought: true, thoughtSignature: 'sig' }]),
      parts([redacted]),
      parts([{ text: 'Hel' }]),
      parts([{ text: 'lo' }]),
      parts(calls),
      { ...last('STOP'), usageMetadata },
    ]);
  });

  it('says the same at once where it is not streamed', () => {
    const content = [
      { text: 'hm', thought: true, thoughtSignature: 'sig' },
      redacted,
      { text: 'Hello' },
      ...calls,
    ];
    expect(whole(said)).toEqual({
      candidates: [{ content: { parts: content, role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata,
      modelVersion: 'm',
      responseId: 'r',
    });
  });

  it('names itself as asked where the upstream gave no names', () => {
    const nameless: AnswerEvent = { type: 'start', id: null, model: null };
    expect(whole([nameless, text('x')])).toMatchObject({
      modelVersion: 'asked',
      responseId: 'gen_1',
    });
    const writer = GEMINI_CLIENT.streamWriter(head);
    writer.write(nameless);
    const chunk = Buffer.from(writer.write(text('x'))).toString();
    expect(chunk).toContain('"modelVersion":"asked","responseId":"gen_1"');
  });

  it('lets calls go before the words that follow them', () => {
    expect(streamed([start, call(0, 'c1'), text('after'), finish('stop')])).toEqual([
      parts([calls[1] ?? {}]),
      parts([{ text: 'after' }]),
      last('STOP'),
    ]);
  });

  it('sends calls that were never finished before the end', () => {
    expect(streamed([start, call(0, 'c1'), args(7, 'of no call')])).toEqual([
      parts([calls[1] ?? {}]),
      last('OTHER'),
    ]);
  });

  it('has a word of Gemini’s for arguments that are no object', () => {
    for (const malformed of ['{"a"', '[1]']) {
      const events = [start, call(0, 'c'), args(0, malformed), finish('tool_calls')];
      expect(streamed(events)).toEqual([last('MALFORMED_FUNCTION_CALL')]);
      expect(whole(events)).toMatchObject({
        candidates: [{ content: { parts: [] }, finishReason: 'MALFORMED_FUNCTION_CALL' }],
      });
    }
  });

  it('keeps several candidates apart', () => {
    const events = [start, text('b', 1), text('a'), finish('length', 1), finish('stop')];
    expect(streamed(events)).toEqual([
      parts([{ text: 'b' }], 1),
      parts([{ text: 'a' }]),
      last('STOP', 'MAX_TOKENS'),
    ]);
    expect(whole(events)).toMatchObject({
      candidates: [{ index: 0 }, { index: 1, finishReason: 'MAX_TOKENS' }],
    });
  });

  it.each([
    ['content_filter', 'SAFETY'],
    ['refusal', 'SAFETY'],
    ['pause', 'OTHER'],
  ] as const)('says %s as %s', (reason, word) => {
    const refusal: AnswerEvent = { type: 'refusal', choice: 0, text: 'No.' };
    expect(streamed([start, refusal, finish(reason)])).toEqual([
      parts([{ text: 'No.' }]),
      last(word),
    ]);
    expect(whole([start, refusal, finish(reason)])).toMatchObject({
      candidates: [{ content: { parts: [{ text: 'No.' }] }, finishReason: word }],
    });
  });

  it('leaves out opaque data that no field could carry', () => {
    const odd: AnswerEvent = { type: 'redacted_thinking', choice: 0, data: 'é' };
    expect(streamed([start, odd, finish('stop')])).toEqual([last('STOP')]);
    expect(whole([start, odd])).toMatchObject({ candidates: [{ content: { parts: [] } }] });
  });

  it('fails with Google’s error object', () => {
    const writer = GEMINI_CLIENT.streamWriter(head);
    const error = { code: 'c', httpStatus: 503, errorType: 'e', message: 'm', requestId: 'r' };
    expect(Buffer.from(writer.fail(error)).toString()).toContain('"status":"UNAVAILABLE"');
    const told = { message: '', type: null, code: null };
    expect(writer.write({ type: 'error', error: told })).toHaveLength(0);
  });
});

describe('a part of an answer', () => {
  it('is words, a thought or a call', () => {
    const media = { kind: 'base64', mediaType: 'image/png', data: 'AA' } as const;
    expect(partOf({ type: 'image', source: media })).toBeNull();
    expect(partOf({ type: 'text', text: 'a' })).toEqual({ text: 'a' });
  });
});

describe('a redacted thought', () => {
  it('comes back from the signature it travelled as, and from no other', () => {
    expect(openRedacted(sealRedacted('opaque') ?? '')).toBe('opaque');
    expect(openRedacted('sig')).toBeNull();
    expect(openRedacted(`${sealRedacted('opaque') ?? ''}!`)).toBeNull();
  });
});
