import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PairRequest, PairStream } from '../dialect/pair.js';
import { pairOf } from '../dialect/pairs.js';
import { readGeminiRequest } from '../gemini/read-request.js';
import { scanJsonObject } from '../openai/json-members.js';
import { GEMINI_TO_GEMINI as pair } from './gemini-to-gemini.js';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (of: Uint8Array): string => Buffer.from(of).toString();

function requestOf(json: string): PairRequest {
  const parsed: unknown = JSON.parse(json);
  const scan = scanJsonObject(bytes(json));
  const read = readGeminiRequest(parsed, { model: 'm', stream: true });
  if (!scan.ok || !read.ok) throw new Error('not a request');
  return {
    body: bytes(json),
    object: scan.object,
    parsed,
    reading: read.request,
    upstreamModel: 'u',
    maxTokens: null,
    maxTokensField: 'max_tokens',
    outputTokensMax: null,
  };
}

const sent = (json: string, maxTokens: number | null): string => {
  const request = pair.request({ ...requestOf(json), maxTokens });
  return request.ok ? text(request.body) : request.problem.message;
};
const CONTENTS = '"contents":[{"parts":[{"text":"Hi"}]}]';
const input: PairStream = {
  reading: requestOf(`{${CONTENTS}}`).reading,
  parsed: null,
  bounds: {},
  answerId: 'gen_1',
  nowS: 1,
  includeUsage: true,
};

describe('Gemini to Gemini', () => {
  it('is found by its dialects', () => {
    expect(pairOf('gemini', 'gemini')).toBe(pair);
  });

  it('sends the very bytes when nothing must change, for the model is the path’s', () => {
    const plain = requestOf(
      `{${CONTENTS},"x_unknown":1.50,"generationConfig":{"maxOutputTokens":9}}`,
    );
    const request = pair.request(plain);
    expect(request.ok && request.body).toBe(plain.body);
    expect(request.ok && request.dropped).toEqual([]);
    const same = pair.request({ ...plain, maxTokens: 9 });
    expect(same.ok && same.body).toBe(plain.body);
  });

  it.each([
    ['none', `{${CONTENTS}}`, `{${CONTENTS},"generationConfig":{"maxOutputTokens":7}}`],
    [
      'null',
      `{"generationConfig": null,${CONTENTS}}`,
      `{"generationConfig": {"maxOutputTokens":7},${CONTENTS}}`,
    ],
    [
      'an empty one',
      `{${CONTENTS},"generationConfig": { } }`,
      `{${CONTENTS},"generationConfig": {"maxOutputTokens":7 } }`,
    ],
    [
      'one without a bound',
      `{"generationConfig":{ "temperature" : 1.50 },${CONTENTS}}`,
      `{"generationConfig":{ "temperature" : 1.50,"maxOutputTokens":7 },${CONTENTS}}`,
    ],
    [
      'one with a larger bound',
      `{"generationConfig":{"maxOutputTokens": 9e3,"x":"é"},${CONTENTS}}`,
      `{"generationConfig":{"maxOutputTokens": 7,"x":"é"},${CONTENTS}}`,
    ],
    [
      'one in snake_case',
      `{"generation_config":{"max_output_tokens":9000},${CONTENTS}}`,
      `{"generation_config":{"max_output_tokens":7},${CONTENTS}}`,
    ],
  ])('sets its bound inside the generation config, where there is %s', (_what, json, expected) => {
    expect(sent(json, 7)).toBe(expected);
  });

  it('lets no member choose where the request goes, with whose key or to which model', () => {
    const hostile =
      '"api_base":"x","base_url":"x","api_key":"x","extra_headers":{},"custom_host":"x"';
    expect(sent(`{${hostile},${CONTENTS},"route":{},"usage":{},"model":"dear"}`, null)).toBe(
      `{${CONTENTS}}`,
    );
  });

  it('changes nothing but the bound, whatever the config holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (any) => {
        // A member of this name is refused before anything is spliced, at any depth.
        fc.pre(!JSON.stringify(any).includes('"__proto__"'));
        const decisive = /^(max_?output_?tokens|candidate_?count)$/i;
        const entries = Object.entries(any).filter(([name]) => !decisive.test(name));
        const config = Object.fromEntries(entries);
        const after: unknown = JSON.parse(
          sent(JSON.stringify({ generationConfig: config, contents: [{}] }), 7),
        );
        const expected = JSON.parse(JSON.stringify({ ...config, maxOutputTokens: 7 })) as object;
        expect(after).toEqual({ generationConfig: expected, contents: [{}] });
      }),
    );
  });

  it('hands back an answer’s very bytes and reads them', () => {
    const body = bytes(
      JSON.stringify({
        candidates: [
          { content: { parts: [{ text: 'Grüße' }] }, finishReason: 'STOP' },
          { content: { parts: [{ functionCall: { name: 'f', args: { a: 1 } } }] } },
        ],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
        modelVersion: 'gemini-2.5-flash',
      }),
    );
    const answer = pair.answer(body, input);
    expect(answer.body).toBe(body);
    expect(answer.reading).toEqual({
      usage: { input: 3, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 2, reasoning: 0 },
      isUsageInvalid: false,
      finishReason: 'STOP',
      reportedModel: 'gemini-2.5-flash',
      error: null,
    });
    expect(answer.producedText()).toBe('Grüßef{"a":1}');
  });

  it('reads a refused prompt, an error and a usage that cannot be right', () => {
    const reading = (json: object) => pair.answer(bytes(JSON.stringify(json)), input).reading;
    expect(reading({ promptFeedback: { blockReason: 'SAFETY' } }).finishReason).toBe('SAFETY');
    expect(
      reading({ error: { code: 429, message: 'no', status: 'RESOURCE_EXHAUSTED' } }).error,
    ).toEqual({ message: 'no', type: 'RESOURCE_EXHAUSTED', code: '429' });
    expect(reading({ error: 'no' }).error?.message).toBe('no');
    const odd = reading({ usageMetadata: { promptTokenCount: -1 }, modelVersion: '' });
    expect([odd.usage, odd.isUsageInvalid, odd.reportedModel]).toEqual([null, true, null]);
  });

  it('does not take a usage that leaves the output out for none where there is text', () => {
    const answer = {
      candidates: [{ content: { parts: [{ text: 'words' }] } }],
      usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
    };
    expect(pair.answer(bytes(JSON.stringify(answer)), input).reading.usage).toBeNull();
  });

  it('tells the bytes of an answer that is no JSON as its text', () => {
    expect(pair.answer(bytes('words'), input).producedText()).toBe('words');
    expect(pair.answer(bytes('words'), input).reading.usage).toBeNull();
  });

  it('passes a stream', () => {
    const chunk = bytes('data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\r\n\r\n');
    expect(pair.stream(input).push(chunk)).toBe(chunk);
  });
});
