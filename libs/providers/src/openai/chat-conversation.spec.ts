import { describe, expect, it } from 'vitest';
import type { Conversation } from '../conversation/conversation.js';
import { readChatConversation } from './chat-conversation.js';

const user = { role: 'user', content: 'Hi' };
const result = (more: object) => readChatConversation({ model: 'm', messages: [user], ...more });
const read = (more: object): Conversation => {
  const given = result(more);
  if (!given.ok) throw new Error(given.problem.message);
  return given.conversation;
};
const partsOf = (content: unknown) =>
  read({ messages: [{ role: 'user', content }] }).turns[0]?.parts;
const paramOf = (more: object): string | null | undefined => {
  const given = result(more);
  return given.ok ? undefined : given.problem.param;
};

describe('a chat request as a conversation', () => {
  it('gathers system and developer messages and joins what one speaker says', () => {
    const messages = [
      { role: 'system', content: 'A' },
      { role: 'user', content: 'B', name: 'bob' },
      { role: 'user', content: 'C' },
      { role: 'developer', content: [{ type: 'text', text: 'D' }] },
      { role: 'assistant', content: '' },
    ];
    const given = result({ messages });
    expect(given).toMatchObject({
      dropped: ['messages[].name'],
      conversation: {
        system: [{ text: 'A' }, { text: 'D' }],
        turns: [{ role: 'user', parts: [{ text: 'B' }, { text: 'C' }] }],
      },
    });
  });

  it('reads parallel tool calls, their results by name, and Gemini’s signature', () => {
    const call = (id: string, more = {}) => ({
      id,
      type: 'function',
      function: { name: `f_${id}`, arguments: '{}' },
      ...more,
    });
    const signed = { extra_content: { google: { thought_signature: 's' } } };
    const { turns } = read({
      messages: [
        user,
        { role: 'assistant', content: null, tool_calls: [call('a'), call('b', signed)] },
        { role: 'tool', tool_call_id: 'b', content: 'B', cache_control: { type: 'ephemeral' } },
        { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'A' }] },
        { role: 'tool', tool_call_id: 'z', content: '' },
      ],
    });
    expect(turns[1]?.parts).toEqual([
      { type: 'tool_call', id: 'a', name: 'f_a', argumentsText: '{}' },
      { type: 'tool_call', id: 'b', name: 'f_b', argumentsText: '{}', signature: 's' },
    ]);
    expect(turns[2]?.parts).toMatchObject([
      { type: 'tool_result', callId: 'b', name: 'f_b', parts: [{ text: 'B' }], cache: '5m' },
      { type: 'tool_result', callId: 'a', name: 'f_a', parts: [{ text: 'A' }] },
      { type: 'tool_result', callId: 'z', name: null, parts: [] },
    ]);
  });

  it('reads the deprecated functions as tools', () => {
    const { tools, toolChoice, turns } = read({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        user,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
    });
    expect(tools).toEqual([
      { name: 'f', description: null, schema: { type: 'object' }, strict: null },
    ]);
    expect(toolChoice).toEqual({ type: 'tool', name: 'f' });
    expect(turns[1]?.parts[0]).toMatchObject({ type: 'tool_call', id: 'call_function_0' });
    expect(turns[2]?.parts[0]).toMatchObject({ callId: 'call_function_0', name: 'f' });
    expect(read({ functions: [], function_call: 'none' }).toolChoice).toEqual({ type: 'none' });
    expect(read({ functions: [] }).toolChoice).toBeNull();
  });

  it('reads images, recordings, files and refusals', () => {
    expect(
      partsOf([
        { type: 'image_url', image_url: { url: 'https://x.test/a', detail: 'low' } },
        { type: 'image_url', image_url: 'data:image/png;base64,AA==' },
        { type: 'input_audio', input_audio: { data: 'BB', format: 'mp3' } },
        { type: 'input_audio', input_audio: { data: 'BB', format: 'wav' } },
        { type: 'file', file: { file_id: 'file_1' } },
        { type: 'file', file: { file_data: 'data:application/pdf;base64,CC', filename: 'a.pdf' } },
        { type: 'refusal', refusal: 'No' },
        { type: 'text', text: '' },
      ]),
    ).toEqual([
      { type: 'image', source: { kind: 'url', url: 'https://x.test/a' }, detail: 'low' },
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
      { type: 'audio', source: { kind: 'base64', mediaType: 'audio/mpeg', data: 'BB' } },
      { type: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', data: 'BB' } },
      { type: 'file', source: { kind: 'id', id: 'file_1' } },
      {
        type: 'file',
        source: { kind: 'base64', mediaType: 'application/pdf', data: 'CC' },
        name: 'a.pdf',
      },
      { type: 'refusal', text: 'No' },
    ]);
  });

  it('reads cache marks on parts, messages and tools', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const given = read({
      messages: [
        { role: 'system', content: 'S', ...mark },
        { role: 'user', content: [{ type: 'text', text: 'A', ...mark }] },
      ],
      tools: [
        { type: 'function', function: { name: 'f' }, ...mark },
        { type: 'function', function: { name: 'g', cache_control: { type: 'ephemeral' } } },
      ],
    });
    expect(given.system[0]?.cache).toBe('1h');
    expect(given.turns[0]?.parts[0]?.cache).toBe('1h');
    expect(given.tools.map((tool) => tool.cache)).toEqual(['1h', '5m']);
  });

  it('reads thoughts with their signatures, streamed in pieces or whole', () => {
    const thoughtsOf = (message: object) =>
      read({ messages: [user, { role: 'assistant', content: 'A', ...message }] }).turns[1]?.parts;
    expect(
      thoughtsOf({
        reasoning_details: [
          { type: 'reasoning.text', text: 'th', index: 0 },
          { type: 'reasoning.text', text: 'ink', index: 0 },
          { type: 'reasoning.text', text: '', signature: 's', index: 0 },
          { type: 'reasoning.encrypted', data: 'x', index: 1 },
          { type: 'reasoning.summary', summary: 'sum' },
          { type: 'reasoning.text', text: '', index: 2 },
          'odd',
        ],
      }),
    ).toEqual([
      { type: 'thinking', text: 'think', signature: 's' },
      { type: 'thinking', text: '', signature: null, redactedData: 'x' },
      { type: 'thinking', text: 'sum', signature: null },
      { type: 'text', text: 'A' },
    ]);
    const plain = { type: 'thinking', text: 'hm', signature: null };
    expect(thoughtsOf({ reasoning_content: 'hm' })?.[0]).toEqual(plain);
    expect(thoughtsOf({ reasoning: 'hm', reasoning_details: [] })?.[0]).toEqual(plain);
    expect(thoughtsOf({ refusal: 'No' })?.[1]).toEqual({ type: 'refusal', text: 'No' });
  });

  it('reads how hard to think, by a word or by OpenRouter’s object', () => {
    const none = { effort: null, budgetTokens: null, isShown: true };
    expect(read({}).reasoning).toBeNull();
    expect(read({ reasoning_effort: 'low' }).reasoning).toEqual({ ...none, effort: 'low' });
    expect(read({ reasoning: { effort: 'high', exclude: true } }).reasoning).toEqual({
      effort: 'high',
      budgetTokens: null,
      isShown: false,
    });
    expect(read({ reasoning: { max_tokens: 9 } }).reasoning).toEqual({ ...none, budgetTokens: 9 });
    expect(read({ reasoning: { enabled: false } }).reasoning).toEqual({ ...none, effort: 'none' });
    expect(read({ include_reasoning: true }).reasoning).toEqual(none);
    expect(read({ include_reasoning: false }).reasoning).toBeNull();
  });

  it('reads the form of the answer, the stops and the choice of tools', () => {
    expect(read({ response_format: { type: 'json_object' } }).output).toEqual({ type: 'json' });
    expect(read({ response_format: { type: 'text' } }).output).toEqual({ type: 'text' });
    expect(
      read({ response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true } } })
        .output,
    ).toEqual({ type: 'json_schema', name: 'n', schema: {}, strict: true });
    expect(read({ stop: 'x' }).sampling.stop).toEqual(['x']);
    expect(read({ stop: ['x', 'y'] }).sampling.stop).toEqual(['x', 'y']);
    expect(read({ tool_choice: 'required' }).toolChoice).toEqual({ type: 'required' });
    expect(read({ tool_choice: { type: 'function', function: { name: 'f' } } }).toolChoice).toEqual(
      { type: 'tool', name: 'f' },
    );
  });

  it('keeps what has no place by its name, but nothing that is for Weir or steers the route', () => {
    const extras = { logit_bias: { 1: 2 }, x_new: 1 };
    const given = read({ ...extras, metadata: null, api_base: 'x', route: {}, usage: {}, n: 3 });
    expect(given.extras).toEqual(extras);
    expect(given.choices).toBe(3);
  });

  it.each([
    ['body', { messages: undefined }, 'messages'],
    ['a role', { messages: [{ role: 'x' }] }, 'messages[0].role'],
    [
      'a part',
      { messages: [{ role: 'user', content: [{ type: 'x' }] }] },
      'messages[0].content[0].type',
    ],
    ['content', { messages: [{ role: 'user', content: 1 }] }, 'messages[0].content'],
    ['a message', { messages: ['x'] }, 'messages[0]'],
    [
      'a data URL',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,x' } }] },
        ],
      },
      'messages[0].content[0].image_url.url',
    ],
    [
      'a file',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: 'data:x' } }] }] },
      'messages[0].content[0].file.file_data',
    ],
    [
      'a recording of an earlier answer',
      { messages: [{ role: 'assistant', audio: { id: 'a' } }] },
      'messages[0].audio',
    ],
    [
      'a function nobody called',
      { messages: [{ role: 'function', name: 'f', content: '' }] },
      'messages[0].name',
    ],
    ['a hosted tool', { tools: [{ type: 'custom', function: { name: 'x' } }] }, 'tools[0].type'],
    ['an allowed list', { tool_choice: { type: 'allowed_tools' } }, 'tool_choice'],
    ['a format', { response_format: { type: 'xml' } }, 'response_format.type'],
    ['an effort', { reasoning_effort: 'huge' }, 'reasoning_effort'],
    ['speech', { modalities: ['text', 'audio'] }, 'modalities'],
    ['a voice', { audio: { voice: 'x' } }, 'audio'],
    ['web search', { web_search_options: {} }, 'web_search_options'],
    ['a number', { temperature: 'hot' }, 'temperature'],
    ['a flag', { stream: 'yes' }, 'stream'],
  ])('refuses %s that cannot be translated, by name', (_what, more, param) => {
    expect(paramOf(more)).toBe(param);
  });

  it('takes text as the only modality', () => {
    expect(paramOf({ modalities: ['text'] })).toBeUndefined();
  });
});
