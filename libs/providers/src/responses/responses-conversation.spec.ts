import { describe, expect, it } from 'vitest';
import type { Conversation } from '../conversation/conversation.js';
import { readResponsesRequest } from './read-request.js';
import { readResponsesConversation } from './responses-conversation.js';

const result = (more: object) => readResponsesConversation({ model: 'm', input: 'Hi', ...more });
const read = (more: object = {}): Conversation => {
  const given = result(more);
  if (!given.ok) throw new Error(given.problem.message);
  return given.conversation;
};
const paramOf = (more: object): string | null | undefined => {
  const given = result(more);
  return given.ok ? undefined : given.problem.param;
};
const partsOf = (content: unknown) => read({ input: [{ role: 'user', content }] }).turns[0]?.parts;

describe('a Responses request as a conversation', () => {
  it('reads text, instructions and messages', () => {
    expect(read({ instructions: 'Be brief.' })).toMatchObject({
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
    });
    const input = [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'S' }] },
      { role: 'system', content: 'T' },
      { role: 'user', content: 'A' },
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'B', annotations: [] },
          { type: 'refusal', refusal: 'No' },
        ],
      },
    ];
    expect(read({ input, instructions: '' })).toMatchObject({
      system: [{ text: 'S' }, { text: 'T' }],
      turns: [
        { role: 'user', parts: [{ text: 'A' }] },
        { role: 'assistant', parts: [{ text: 'B' }, { type: 'refusal', text: 'No' }] },
      ],
    });
  });

  it('reads calls, their results and thoughts', () => {
    const input = [
      { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'hm' }, 'odd'] },
      { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'of OpenAI itself' },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'done' },
      {
        type: 'function_call_output',
        call_id: 'b',
        output: [{ type: 'input_image', image_url: 'https://x.test/a' }],
      },
    ];
    expect(read({ input }).turns).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'hm', signature: null },
          { type: 'tool_call', id: 'a', name: 'f', argumentsText: '{}' },
        ],
      },
      {
        role: 'user',
        parts: [
          {
            type: 'tool_result',
            callId: 'a',
            name: 'f',
            parts: [{ type: 'text', text: 'done' }],
            isError: false,
          },
          {
            type: 'tool_result',
            callId: 'b',
            name: null,
            parts: [{ type: 'image', source: { kind: 'url', url: 'https://x.test/a' } }],
            isError: false,
          },
        ],
      },
    ]);
  });

  it('reads images, files and recordings', () => {
    const data = 'data:application/pdf;base64,AA';
    expect(
      partsOf([
        { type: 'input_image', image_url: 'data:image/png;base64,AA', detail: 'low' },
        { type: 'input_image', file_id: 'f' },
        { type: 'input_file', file_data: data, filename: 'a.pdf' },
        { type: 'input_file', file_id: 'f' },
        { type: 'input_file', file_url: 'https://x.test/a.pdf' },
        { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
        { type: 'text', text: '' },
      ]),
    ).toEqual([
      {
        type: 'image',
        source: { kind: 'base64', mediaType: 'image/png', data: 'AA' },
        detail: 'low',
      },
      { type: 'image', source: { kind: 'id', id: 'f' } },
      {
        type: 'file',
        source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA' },
        name: 'a.pdf',
      },
      { type: 'file', source: { kind: 'id', id: 'f' } },
      { type: 'file', source: { kind: 'url', url: 'https://x.test/a.pdf' } },
      { type: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', data: 'AA' } },
    ]);
    expect(partsOf('')).toBeUndefined();
  });

  it('reads tools, their choice, the form of the answer and how hard to think', () => {
    const tool = { type: 'function', name: 'f', parameters: { type: 'object' }, strict: true };
    expect(
      read({
        tools: [tool],
        tool_choice: { type: 'function', name: 'f' },
        parallel_tool_calls: false,
        text: {
          format: { type: 'json_schema', name: 'n', schema: { type: 'object' } },
          verbosity: 'low',
        },
        reasoning: { effort: 'high', summary: 'auto' },
        max_output_tokens: 9,
        temperature: 0.5,
        user: 'u',
        stream: true,
        metadata: { a: 'b' },
        usage: {},
      }),
    ).toMatchObject({
      tools: [{ name: 'f', description: null, schema: { type: 'object' }, strict: true }],
      toolChoice: { type: 'tool', name: 'f' },
      parallelTools: false,
      output: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: null },
      reasoning: { effort: 'high', budgetTokens: null, isShown: true },
      maxTokens: 9,
      sampling: { temperature: 0.5 },
      endUser: 'u',
      stream: true,
      extras: { metadata: { a: 'b' }, verbosity: 'low' },
    });
    expect(read({ tool_choice: 'none' }).toolChoice).toEqual({ type: 'none' });
    expect(read({ text: { format: { type: 'json_object' } } }).output).toEqual({ type: 'json' });
    expect(read({ text: { format: { type: 'text' } } }).output).toEqual({ type: 'text' });
    expect(read({ text: {} }).output).toEqual({ type: 'text' });
    expect(read({ reasoning: {} }).reasoning).toEqual({
      effort: null,
      budgetTokens: null,
      isShown: false,
    });
    expect(read({ tools: [{ type: 'function', name: 'f' }] }).tools[0]?.schema).toBeNull();
  });

  it('drops what asks for more than the answer, and says so', () => {
    const given = result({
      store: true,
      truncation: 'auto',
      top_logprobs: 2,
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    });
    expect(given.ok && given.dropped).toEqual(['top_logprobs', 'store', 'truncation', 'include']);
    const plain = result({
      store: false,
      truncation: 'disabled',
      include: ['reasoning.encrypted_content'],
    });
    expect(plain.ok && plain.dropped).toEqual([]);
    expect(plain.ok && plain.conversation.extras).toEqual({});
  });

  it.each([
    ['an item', { input: [{ type: 'computer_call' }] }, 'input[0].type'],
    ['a role', { input: [{ role: 'x', content: 'A' }] }, 'input[0].role'],
    ['a part', { input: [{ role: 'user', content: [{ type: 'x' }] }] }, 'input[0].content[0].type'],
    ['input', { input: 1 }, 'input'],
    [
      'an image',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:x' }] }] },
      'input[0].content[0].image_url',
    ],
    [
      'a file',
      { input: [{ role: 'user', content: [{ type: 'input_file' }] }] },
      'input[0].content[0].file_data',
    ],
    ['a tool', { tools: [{ type: 'custom', name: 'x' }] }, 'tools[0].type'],
    ['a choice', { tool_choice: { type: 'allowed_tools', name: 'x' } }, 'tool_choice'],
    ['a format', { text: { format: { type: 'grammar' } } }, 'text.format.type'],
    ['an effort', { reasoning: { effort: 'x' } }, 'reasoning.effort'],
  ])('refuses %s that cannot be translated, by name', (_what, more, param) => {
    expect(paramOf(more)).toBe(param);
  });
});

describe('what a Responses request costs at most', () => {
  const reading = (more: object = {}) => {
    const given = readResponsesRequest({ model: 'm', input: 'Hi', ...more });
    if (!given.ok) throw new Error(given.problem.message);
    return given.request;
  };

  it('is told before money is held', () => {
    expect(reading({ max_output_tokens: 9, stream: true })).toMatchObject({
      model: 'm',
      stream: true,
      maxTokens: 9,
      choices: 1,
      images: 0,
    });
    expect(reading()).toMatchObject({ stream: false, maxTokens: null, costAsked: false });
    const base = reading().inputTokensBound;
    expect(reading({ instructions: 'é'.repeat(50) }).inputTokensBound).toBe(base + 100);
    expect(reading({ user: 'x'.repeat(50) }).inputTokensBound).toBe(base);
    expect(reading({ text: { format: { type: 'json_schema' } } }).needs.json).toBe(true);
    expect(reading({ reasoning: { effort: 'low' } }).needs.reasoning).toBe(true);
    expect(reading({ reasoning: { effort: 'none' } }).needs.reasoning).toBe(false);
    expect(reading({ tools: [{ type: 'function', name: 'f' }] }).needs.tools).toBe(true);
  });

  it('counts images, recordings and files instead of their bytes', () => {
    const data = 'A'.repeat(10_000);
    const content = [
      { type: 'input_image', image_url: `data:image/png;base64,${data}` },
      { type: 'input_audio', input_audio: { data } },
      { type: 'input_file', file_data: `data:application/pdf;base64,${data}` },
    ];
    const request = reading({ input: [{ role: 'user', content }] });
    expect(request).toMatchObject({
      images: 1,
      audios: 1,
      files: 1,
      needs: { images: true, audio: true, files: true },
    });
    expect(request.inputTokensBound).toBeLessThan(200);
    const schemas = ['input_image', 'input_audio', 'input_file'].map((type) => ({ type }));
    expect(reading({ tools: [{ type: 'function', schemas }] })).toMatchObject({
      images: 0,
      audios: 0,
      files: 0,
    });
  });

  it('counts text that is dressed as media', () => {
    const text = 'x'.repeat(10_000);
    const file_data = `data:text/plain;base64,${text}`;
    const image_url = `data:image/png;base64,${text}`;
    const dressed = [
      { input: [{ role: 'user', content: text, type: 'input_file', file_id: 'f' }] },
      { input: [{ role: 'user', content: [{ type: 'input_file', file_data }] }] },
      { tools: [{ type: 'input_file', file_id: 'f', description: text }] },
      { tools: [{ type: 'input_image', image_url }] },
    ];
    for (const more of dressed) expect(reading(more).inputTokensBound).toBeGreaterThan(10_000);
  });

  it.each([
    ['no object', null, null],
    ['no model', { input: 'x' }, 'model'],
    ['no input', { model: 'm', input: [] }, 'input'],
    ['an odd stream', { model: 'm', input: 'x', stream: 1 }, 'stream'],
    ['an odd bound', { model: 'm', input: 'x', max_output_tokens: 0 }, 'max_output_tokens'],
    [
      'an earlier response',
      { model: 'm', input: 'x', previous_response_id: 'r' },
      'previous_response_id',
    ],
    ['a conversation', { model: 'm', input: 'x', conversation: 'c' }, 'conversation'],
    ['a stored prompt', { model: 'm', input: 'x', prompt: { id: 'p' } }, 'prompt'],
    ['background', { model: 'm', input: 'x', background: true }, 'background'],
    [
      'a hosted tool',
      { model: 'm', input: 'x', tools: [{}, { type: 'web_search_preview' }] },
      'tools[1].type',
    ],
    ['a reference', { model: 'm', input: [{ type: 'item_reference', id: 'x' }] }, 'input[0].type'],
  ])('is refused with %s', (_what, body, param) => {
    const given = readResponsesRequest(body);
    expect(!given.ok && given.problem.param).toBe(param);
  });
});
