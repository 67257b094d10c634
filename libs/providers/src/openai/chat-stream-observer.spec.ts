import { describe, expect, it } from 'vitest';
import { ChatStreamObserver } from './chat-stream-observer.js';

const observe = (...data: string[]): ChatStreamObserver => {
  const observer = new ChatStreamObserver({ removeUsageChunk: false });
  observer.push(Buffer.from(data.map((it) => `data: ${it}\n\n`).join('')));
  return observer;
};
const delta = (it: object): string =>
  JSON.stringify({ id: 'c', created: 7, model: 'm', choices: [{ index: 0, delta: it }] });

describe('the chat stream observer', () => {
  it('bounds the tokens of text by its bytes and estimates below them', () => {
    const observer = observe(delta({ content: 'Grüße' }), delta({ content: ' aus München' }));
    expect(observer.producedBytes).toBe(Buffer.byteLength('Grüße aus München'));
    expect(observer.outputTokensBound).toBeGreaterThanOrEqual(observer.producedBytes);
    expect(observer.estimatedTokens).toBe(3);
    expect(observer.deltas).toBe(2);
  });

  it('resolves escapes when it bounds bytes', () => {
    const escaped =
      '{"model":"m","choices":[{"delta":{"content":"\\u65e5\\u672c\\n\\"x\\ud83c\\udf0a"}}]}';
    const observer = observe(escaped);
    expect(observer.producedText()).toBe('日本\n"x🌊');
    expect(observer.producedBytes).toBeGreaterThanOrEqual(Buffer.byteLength('日本\n"x🌊'));
    expect(observer.producedBytes).toBeLessThan(20);
  });

  it('counts nothing while nothing is produced', () => {
    const observer = observe(delta({ role: 'assistant', content: '' }));
    expect(observer.outputTokensBound).toBe(0);
    expect(observer.estimatedTokens).toBe(0);
    expect(observer.producedText()).toBe('');
  });

  it('counts refusals, reasoning, function calls, tool calls, typed parts and legacy text', () => {
    const call = { function: { name: 'f', arguments: '{"a":1}' } };
    const observer = observe(
      delta({ refusal: 'No' }),
      delta({ reasoning: 'hm' }),
      delta({ function_call: { name: 'g', arguments: '{}' } }),
      delta({ tool_calls: [{ index: 0, ...call }] }),
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'deep' }] }] }),
      JSON.stringify({ choices: [{ index: 0, text: 'old' }] }),
    );
    expect(observer.producedText()).toBe('Nohmg{}f{"a":1}deepold');
    expect(observer.outputTokensBound).toBe(observer.producedBytes + 2 * 16 + 4);
  });

  it('remembers what a chunk of our own must repeat', () => {
    const observer = observe(delta({ content: 'x' }));
    expect([observer.id, observer.createdS, observer.reportedModel]).toEqual(['c', 7, 'm']);
    const odd = observe('{"id":1,"created":"x","model":"m","choices":[]}');
    expect([odd.id, odd.createdS, odd.reportedModel]).toEqual([null, null, 'm']);
  });

  it('sees the end in the push that brings it, so that it can be journaled before', () => {
    const observer = observe(delta({ content: 'x' }));
    expect(observer.isDone).toBe(false);
    observer.push(Buffer.from('data: [DONE]\n\n'));
    expect(observer.isDone).toBe(true);
  });

  it('keeps the text to its limit and goes on counting bytes', () => {
    const observer = new ChatStreamObserver({ removeUsageChunk: false });
    const piece = 'y'.repeat(900_000);
    for (let i = 0; i < 6; i++)
      observer.push(Buffer.from(`data: ${delta({ content: piece })}\n\n`));
    expect(observer.producedBytes).toBe(6 * 900_000);
    expect(observer.producedText().length).toBe(4 * 900_000);
  });

  it('survives bytes that are no JSON', () => {
    const observer = observe(
      '{"choices":[{"delta":{"content":"a\\',
      '"',
      '{"usage":{',
      'null',
      '[1]',
      '{"a":"\\u00',
    );
    expect(observer.usage).toBe(null);
    const bad = observe('{"model":"m","choices":[{"delta":{"content":"a\\qb"}}]}');
    expect(bad.producedText()).toBe('a\\qb');
  });

  it('ignores a finish reason of absurd length', () => {
    const observer = observe(
      JSON.stringify({ model: 'm', choices: [{ delta: {}, finish_reason: 'x'.repeat(200) }] }),
    );
    expect(observer.finishReason).toBe(null);
  });
});
