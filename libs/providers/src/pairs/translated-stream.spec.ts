import { describe, expect, it } from 'vitest';
import type { AnswerEvent } from '../conversation/answer-event.js';
import { OPENAI_CHAT_CLIENT } from '../openai/chat-client.js';
import { errorFactsOf } from './provider-fault.js';
import { TranslatedStream } from './translated-stream.js';

const choice = 0;
const finish: AnswerEvent = { type: 'finish', choice, reason: 'stop', stopSequence: null };
const start: AnswerEvent = { type: 'start', id: 'x', model: 'm' };

/** A stream of a provider that says these events, one list per server-sent event, and then that it is done. */
function streamOf(...lists: readonly (readonly AnswerEvent[])[]) {
  const left = [...lists];
  const reader = {
    read: () => left.shift() ?? [],
    get isDone() {
      return left.length === 0;
    },
    usage: null,
    isUsageInvalid: false,
  };
  const head = { answerId: 'a', nowS: 1, requestedModel: 'asked', includeUsage: true, request: {} };
  return new TranslatedStream({
    reader,
    newWriter: () => OPENAI_CHAT_CLIENT.streamWriter(head),
    choices: 1,
    answerId: 'a',
  });
}
const event = (): Uint8Array => new Uint8Array(Buffer.from('data: {}\n\n'));
const told = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('a translated stream', () => {
  it('begins once, whatever its provider says', () => {
    const text = told(streamOf([start, start, { type: 'text', choice, text: 'Hi' }]).push(event()));
    expect(text.match(/"role":"assistant"/g)).toHaveLength(1);
    const late = told(streamOf([{ type: 'text', choice, text: 'Hi' }, start]).push(event()));
    expect(late).toMatch(/"role":"assistant".*"content":"Hi".*\[DONE\]/s);
  });

  it('ends at once where its provider says nothing but the end', () => {
    const text = told(streamOf([]).push(event()));
    expect(text).toMatch(/^data: .*"role":"assistant".*\n\ndata: \[DONE\]\n\n$/);
  });

  it('is not whole while a choice that began has no end', () => {
    const other: AnswerEvent = { type: 'text', choice: 1, text: 'Hi' };
    const stream = streamOf([start, other, finish], [], []);
    stream.push(event());
    expect(told(stream.finish())).toContain('ended before its answer did');
  });

  it('is whole without its dialect’s end where every choice ended', () => {
    const stream = streamOf([start, finish], [], []);
    stream.push(event());
    expect(told(stream.finish())).toBe('data: [DONE]\n\n');
  });

  it('says nothing of what comes after its end', () => {
    const stream = streamOf([finish]);
    const both = new Uint8Array(Buffer.from('data: {}\n\ndata: {}\n\n'));
    expect(told(stream.push(both)).match(/\[DONE\]/g)).toHaveLength(1);
    expect(stream.push(event())).toHaveLength(0);
    expect(stream.finish()).toHaveLength(0);
  });

  it('is bounded by what its provider hid, too', () => {
    const stream = streamOf([{ type: 'redacted_thinking', choice, data: 'hidden' }], []);
    stream.push(event());
    expect(stream).toMatchObject({ producedBytes: 6, outputTokensBound: 10 });
    expect(stream.producedText()).toBe('');
  });

  it('gives an error without words some', () => {
    const facts = errorFactsOf({ message: '', type: null, code: null }, 'r');
    expect(facts.message).toBe('The provider reported an error.');
  });
});
