import { describe, expect, it } from 'vitest';
import type { Conversation } from '../conversation/conversation.js';
import { sealCallSignature } from './call-signature.js';
import { readConversation } from './read-conversation.js';

const BODY = { model: 'm', max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }] };

function read(more: object = {}): Conversation & { readonly dropped: readonly string[] } {
  const result = readConversation({ ...BODY, ...more });
  if (!result.ok) throw new Error(result.problem.message);
  return { ...result.conversation, dropped: result.dropped };
}
const refusedParam = (more: object): string | null | undefined => {
  const result = readConversation({ ...BODY, ...more });
  return result.ok ? undefined : result.problem.param;
};
const user = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] });
const partsOf = (...content: unknown[]) => read(user(...content)).turns[0]?.parts;
const text = (it: string) => ({ type: 'text', text: it });

describe('a Messages request as a conversation', () => {
  it('is what it says, and nothing that it does not say', () => {
    expect(readConversation(BODY)).toEqual({
      ok: true,
      dropped: [],
      conversation: {
        model: 'm',
        system: [],
        turns: [{ role: 'user', parts: [text('Hi')] }],
        tools: [],
        toolChoice: null,
        parallelTools: null,
        sampling: {
          temperature: null,
          topP: null,
          topK: null,
          seed: null,
          stop: [],
          presencePenalty: null,
          frequencyPenalty: null,
        },
        maxTokens: 64,
        choices: 1,
        stream: false,
        output: { type: 'text' },
        reasoning: null,
        endUser: null,
        extras: {},
      },
    });
  });

  it('keeps sampling, streaming, the end user and what it does not know', () => {
    const { sampling, stream, endUser, extras, dropped } = read({
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      stop_sequences: ['END'],
      stream: true,
      metadata: { user_id: 'u', other: 1 },
      service_tier: 'auto',
      context_management: { edits: [] },
      route: { provider: 'x' },
      diagnostics: null,
    });
    expect(sampling).toMatchObject({ temperature: 0.5, topP: 0.9, topK: 4, stop: ['END'] });
    expect([stream, endUser, extras]).toEqual([true, 'u', { context_management: { edits: [] } }]);
    expect(dropped).toEqual(['service_tier', 'metadata.other']);
  });

  it('reads the system prompt with its cache marks, system messages among it', () => {
    expect(read({ system: 'Be kind.' }).system).toEqual([text('Be kind.')]);
    expect(read({ system: '' }).system).toEqual([]);
    const system = [
      { type: 'text', text: 'One.', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'Two.', cache_control: { type: 'ephemeral' } },
    ];
    const messages = [...BODY.messages, { role: 'system', content: 'Three.' }];
    expect(read({ system, messages }).system).toEqual([
      { ...text('One.'), cache: '1h' },
      { ...text('Two.'), cache: '5m' },
      text('Three.'),
    ]);
  });

  it('marks its last part where the whole request is marked', () => {
    const cache_control = { type: 'ephemeral' };
    const messages = [
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' },
      { role: 'user', content: [text('Three'), text('Four')] },
    ];
    const { turns } = read({ cache_control, messages });
    expect(turns.map((turn) => turn.parts)).toEqual([
      [text('One')],
      [text('Two')],
      [text('Three'), { ...text('Four'), cache: '5m' }],
    ]);
    expect(read({ cache_control, messages: [{ role: 'user', content: '' }] }).turns).toEqual([]);
  });

  it('reads images and documents by bytes, URL and id', () => {
    const base64 = { type: 'base64', media_type: 'image/png', data: 'AA==' };
    expect(
      partsOf(
        { type: 'image', source: base64 },
        { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } },
        { type: 'image', source: { type: 'file', file_id: 'file_1' } },
        { type: 'document', source: { ...base64, media_type: 'application/pdf' }, title: 'a.pdf' },
        { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' }, context: 'Old.' },
      ),
    ).toEqual([
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
      { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } },
      { type: 'image', source: { kind: 'id', id: 'file_1' } },
      {
        type: 'file',
        source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA==' },
        name: 'a.pdf',
      },
      text('Old.'),
      { type: 'file', source: { kind: 'url', url: 'https://x.test/a.pdf' } },
    ]);
  });

  it('reads documents of text, of blocks, and search results as the words they are', () => {
    expect(
      partsOf(
        {
          type: 'document',
          title: 'T',
          context: 'C',
          source: { type: 'text', media_type: 'text/plain', data: 'Words.' },
        },
        { type: 'document', source: { type: 'content', content: 'More.' } },
        {
          type: 'document',
          source: { type: 'content', content: [text('Even'), text('more.')] },
          cache_control: { type: 'ephemeral' },
        },
        { type: 'search_result', title: 'S', source: 'https://x.test', content: [text('Found.')] },
        text(''),
      ),
    ).toEqual([
      text('T'),
      text('C'),
      text('Words.'),
      text('More.'),
      text('Even'),
      { ...text('more.'), cache: '5m' },
      text('S'),
      text('https://x.test'),
      text('Found.'),
    ]);
  });

  it('says that citations are dropped', () => {
    const source = { type: 'text', media_type: 'text/plain', data: 'Words.' };
    const dropped = ['messages[].content[].citations'];
    expect(read(user({ type: 'document', source, citations: { enabled: true } })).dropped).toEqual(
      dropped,
    );
    expect(read(user({ type: 'document', source, citations: { enabled: false } })).dropped).toEqual(
      [],
    );
    expect(read(user({ ...text('Hi'), citations: [] })).dropped).toEqual(dropped);
    expect(read(user({ ...text('Hi'), citations: null })).dropped).toEqual([]);
  });

  it('reads tool calls, their results and the thoughts before them', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://x.test/a.png' } };
    const { turns } = read({
      messages: [
        ...BODY.messages,
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
            { type: 'thinking', thinking: 'Unsigned.', signature: '' },
            { type: 'thinking', thinking: 'Bare.' },
            { type: 'redacted_thinking', data: 'opaque' },
            { type: 'tool_use', id: 't1', name: 'look', input: { a: 1 } },
            { type: 'tool_use', id: 't2', name: 'listen' },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [text('Seen.'), image] },
            { type: 'tool_result', tool_use_id: 't2', content: 'No.', is_error: true },
            { type: 'tool_result', tool_use_id: 't3' },
          ],
        },
      ],
    });
    expect(turns[1]?.parts).toEqual([
      { type: 'thinking', text: 'Hm.', signature: 'sig' },
      { type: 'thinking', text: 'Unsigned.', signature: null },
      { type: 'thinking', text: 'Bare.', signature: null },
      { type: 'thinking', text: '', signature: null, redactedData: 'opaque' },
      { type: 'tool_call', id: 't1', name: 'look', argumentsText: '{"a":1}' },
      { type: 'tool_call', id: 't2', name: 'listen', argumentsText: '{}' },
    ]);
    const seen = { type: 'image', source: { kind: 'url', url: 'https://x.test/a.png' } };
    expect(turns[2]?.parts).toEqual([
      {
        type: 'tool_result',
        callId: 't1',
        name: 'look',
        parts: [text('Seen.'), seen],
        isError: false,
      },
      { type: 'tool_result', callId: 't2', name: 'listen', parts: [text('No.')], isError: true },
      { type: 'tool_result', callId: 't3', name: null, parts: [], isError: false },
    ]);
  });

  it('gives a tool call back the signature that was carried for it', () => {
    const data = sealCallSignature({ callId: 't1', signature: 'c2ln' });
    const content = [
      { type: 'redacted_thinking', data },
      { type: 'redacted_thinking', data: 'weir-call:odd' },
      { type: 'tool_use', id: 't1', name: 'look', input: {} },
    ];
    expect(read({ messages: [{ role: 'assistant', content }] }).turns[0]?.parts).toEqual([
      { type: 'thinking', text: '', signature: null, redactedData: 'weir-call:odd' },
      { type: 'tool_call', id: 't1', name: 'look', argumentsText: '{}', signature: 'c2ln' },
    ]);
  });

  it('reads tools, and says what of them is dropped', () => {
    const { tools, dropped } = read({
      tools: [
        { name: 'f', description: 'D', input_schema: { type: 'object' }, strict: true },
        {
          name: 'g',
          type: 'custom',
          cache_control: { type: 'ephemeral', ttl: '1h' },
          input_examples: [],
        },
      ],
    });
    expect(tools).toEqual([
      { name: 'f', description: 'D', schema: { type: 'object' }, strict: true },
      { name: 'g', description: null, schema: null, strict: null, cache: '1h' },
    ]);
    expect(dropped).toEqual(['tools[].input_examples']);
  });

  it.each([
    [{ type: 'auto' }, { type: 'auto' }, null],
    [{ type: 'none' }, { type: 'none' }, null],
    [{ type: 'any', disable_parallel_tool_use: true }, { type: 'required' }, false],
    [
      { type: 'tool', name: 'f', disable_parallel_tool_use: false },
      { type: 'tool', name: 'f' },
      true,
    ],
  ])('reads the choice of tools %j', (tool_choice, toolChoice, parallelTools) => {
    expect(read({ tool_choice })).toMatchObject({ toolChoice, parallelTools });
  });

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2048 } }, null, 2048, true],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, null, null, false],
    [{ thinking: { type: 'between_tools' } }, null, null, true],
    [{ thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 'xhigh', null, true],
    [{ thinking: { type: 'disabled' } }, 'none', null, true],
    [{ output_config: { effort: 'low' } }, 'low', null, true],
  ])('reads how hard to think from %j', (more, effort, budgetTokens, isShown) => {
    expect(read(more).reasoning).toEqual({ effort, budgetTokens, isShown });
  });

  it('says that effort is dropped where nothing shall be thought', () => {
    const more = { thinking: { type: 'disabled' }, output_config: { effort: 'low' } };
    expect(read(more).dropped).toEqual(['output_config.effort']);
  });

  it('reads a schema for the answer, in its new place and its old', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } };
    const output = {
      type: 'json_schema',
      name: 'answer',
      schema: { type: 'object' },
      strict: true,
    };
    expect(read({ output_config: { format } }).output).toEqual(output);
    expect(read({ output_format: format }).output).toEqual(output);
    expect(read({ output_config: { format: null } }).output).toEqual({ type: 'text' });
  });

  it.each([
    ['container', { container: 'c' }],
    ['mcp_servers', { mcp_servers: [{}] }],
    ['inference_geo', { inference_geo: 'us' }],
    ['max_tokens', { max_tokens: 0 }],
    ['model', { model: 7 }],
    ['messages', { messages: 'Hi' }],
    ['messages[0]', { messages: ['Hi'] }],
    ['messages[0].role', { messages: [{ role: 'robot', content: 'Hi' }] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages[0].content[0]', user('Hi')],
    ['messages[0].content[0].type', user({ type: 'server_tool_use' })],
    ['messages[0].content[0].text', user({ type: 'text' })],
    ['messages[0].content[0].source', user({ type: 'image' })],
    ['messages[0].content[0].source.type', user({ type: 'image', source: { type: 'odd' } })],
    ['messages[0].content[0].source.type', user({ type: 'document', source: {} })],
    [
      'messages[0].content[0].source.content',
      user({ type: 'document', source: { type: 'content' } }),
    ],
    ['tools', { tools: {} }],
    ['tools[0].name', { tools: [{}] }],
    ['tools[0].type', { tools: [{ name: 'web_search', type: 'web_search_20250305' }] }],
    ['tools[0].type', { tools: [{ name: 'bash', type: 'bash_20250124' }] }],
    ['tool_choice.type', { tool_choice: { type: 'odd' } }],
    ['thinking.type', { thinking: { type: 'odd' } }],
    ['output_config.effort', { output_config: { effort: 'much' } }],
    ['output_config.format.type', { output_config: { format: { type: 'odd', schema: {} } } }],
    ['output_format.schema', { output_format: { type: 'json_schema' } }],
    ['stop_sequences[0]', { stop_sequences: [1] }],
  ])('is refused, naming %s', (param, more) => {
    expect(refusedParam(more)).toBe(param);
  });

  it('takes an empty list of MCP servers', () => {
    expect(read({ mcp_servers: [] }).extras).toEqual({});
  });

  it('must be an object', () => {
    expect(readConversation(null)).toMatchObject({ ok: false, problem: { param: 'body' } });
  });
});
