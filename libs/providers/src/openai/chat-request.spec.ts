import { describe, expect, it } from 'vitest';
import type { Conversation, Part, Reasoning } from '../conversation/conversation.js';
import { readChatConversation } from './chat-conversation.js';
import { writeChatRequest } from './chat-request.js';
import { sealReasoning } from './sealed-reasoning.js';

const choice = {
  upstreamModel: 'u',
  maxTokens: null,
  maxTokensField: 'max_completion_tokens',
  outputTokensMax: null,
} as const;

function conversation(over: Partial<Conversation> = {}): Conversation {
  const read = readChatConversation({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
  if (!read.ok) throw new Error(read.problem.message);
  return { ...read.conversation, ...over };
}
const written = (over: Partial<Conversation>, upstreamModel = 'u') => {
  const result = writeChatRequest(conversation(over), { ...choice, upstreamModel });
  if (!result.ok) throw new Error(result.problem.message);
  return { ...result, request: result.request as Record<string, unknown> };
};
const turn = (role: 'user' | 'assistant', ...parts: Part[]) => ({ turns: [{ role, parts }] });
const messagesOf = (over: Partial<Conversation>, model?: string) =>
  written(over, model).request['messages'];

describe('a conversation as a chat request', () => {
  it('sends the bound in the member the endpoint takes, ours before the client’s', () => {
    expect(written({ maxTokens: 9 }).request['max_completion_tokens']).toBe(9);
    const ours = writeChatRequest(conversation({ maxTokens: 9 }), { ...choice, maxTokens: 5 });
    expect(ours.ok && ours.request).toMatchObject({ max_completion_tokens: 5 });
    expect(written({}).request).not.toHaveProperty('max_completion_tokens');
  });

  it('asks for the usage of a stream', () => {
    expect(written({ stream: true }).request).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('sends several answers, the end user and what it knows; drops the rest by name', () => {
    const { request, dropped } = written({
      choices: 2,
      endUser: 'e',
      extras: { verbosity: 'low', anthropic_beta: 'x' },
      sampling: { ...conversation().sampling, topK: 5, seed: 7, stop: ['x'] },
    });
    expect(request).toMatchObject({ n: 2, user: 'e', verbosity: 'low', seed: 7, stop: ['x'] });
    expect(request).not.toHaveProperty('top_k');
    expect(dropped).toEqual(['top_k', 'anthropic_beta']);
  });

  it('sends tools and how to choose them, and nothing of the kind without tools', () => {
    const tool = { name: 'f', description: 'd', schema: { type: 'object' }, strict: true };
    expect(
      written({ tools: [tool], toolChoice: { type: 'tool', name: 'f' }, parallelTools: false })
        .request,
    ).toMatchObject({
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
    });
    const bare = { name: 'f', description: null, schema: null, strict: null };
    expect(written({ tools: [bare], toolChoice: { type: 'none' } }).request).toMatchObject({
      tools: [{ type: 'function', function: { name: 'f' } }],
      tool_choice: 'none',
    });
    expect(written({ toolChoice: { type: 'auto' } }).request).not.toHaveProperty('tool_choice');
  });

  it('puts results right after their calls, and the pictures they hold after those', () => {
    const image: Part = { type: 'image', source: { kind: 'url', url: 'https://x.test/a' } };
    const result: Part = {
      type: 'tool_result',
      callId: 'a',
      name: 'f',
      parts: [{ type: 'text', text: 'seen' }, image],
      isError: true,
    };
    const { request, dropped } = written(turn('user', { type: 'text', text: 'and' }, result));
    expect(request['messages']).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'seen' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'and' },
          { type: 'image_url', image_url: { url: 'https://x.test/a' } },
        ],
      },
    ]);
    expect(dropped).toEqual(['tool_result.is_error']);
    const empty: Part = { ...result, parts: [], isError: false };
    expect(messagesOf(turn('user', empty))).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '' },
    ]);
  });

  it('keeps cache marks for hosts of Claude and drops them elsewhere', () => {
    const marked = { type: 'text', text: 'A', cache: '1h' } as const;
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const result: Part = {
      type: 'tool_result',
      callId: 'a',
      name: null,
      parts: [{ type: 'text', text: 'R' }],
      isError: false,
      cache: '5m',
    };
    const tool = { name: 'f', description: null, schema: null, strict: null, cache: '5m' } as const;
    const over = { ...turn('user', marked, result), system: [marked], tools: [tool] };
    expect(written(over, 'anthropic/claude-x').request).toMatchObject({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'A', ...mark }] },
        { role: 'tool', content: [{ text: 'R', cache_control: { type: 'ephemeral' } }] },
        { role: 'user', content: [{ text: 'A', ...mark }] },
      ],
      tools: [{ cache_control: { type: 'ephemeral' } }],
    });
    const plain = written({ ...turn('user', marked, marked), system: [marked] });
    expect(JSON.stringify(plain.request)).not.toContain('cache_control');
    expect(plain.dropped).toEqual(['cache_control']);
  });

  it('gives thoughts back only to those that can read them', () => {
    const detail = { type: 'reasoning.text', format: 'f', signature: 's' };
    const encrypted = { type: 'reasoning.encrypted', data: 'x' };
    const call: Part = { type: 'tool_call', id: 'a', name: 'f', argumentsText: '{}' };
    const thought = (text: string, signature: string | null): Part => ({
      type: 'thinking',
      text,
      signature,
    });
    expect(
      messagesOf(
        turn(
          'assistant',
          thought('hm', sealReasoning({ kind: 'detail', detail })),
          {
            type: 'thinking',
            text: '',
            signature: null,
            redactedData: sealReasoning({ kind: 'detail', detail: encrypted }),
          },
          { type: 'text', text: 'A' },
        ),
      ),
    ).toEqual([
      {
        role: 'assistant',
        content: 'A',
        reasoning_details: [{ ...detail, text: 'hm' }, encrypted],
      },
    ]);
    const sealed = thought('hm', sealReasoning({ kind: 'content' }));
    expect(messagesOf(turn('assistant', sealed, call))).toMatchObject([
      { content: null, reasoning_content: 'hm', tool_calls: [{ id: 'a' }] },
    ]);
    const foreign = written(
      turn('assistant', sealed, thought('hm', 'of-anthropic'), { type: 'text', text: 'A' }),
    );
    expect(foreign.request['messages']).toEqual([{ role: 'assistant', content: 'A' }]);
    expect(foreign.dropped).toEqual(['thinking']);
  });

  it('sends Gemini’s signatures to hosts of Gemini only', () => {
    const call: Part = {
      type: 'tool_call',
      id: 'a',
      name: 'f',
      argumentsText: '{}',
      signature: 's',
    };
    const sent = (model: string): string =>
      JSON.stringify(messagesOf(turn('assistant', call), model));
    expect(sent('google/gemini-3-pro')).toContain('"thought_signature":"s"');
    expect(sent('gpt-x')).not.toContain('extra_content');
  });

  it('sends refusals and recordings in their own words', () => {
    expect(messagesOf(turn('assistant', { type: 'refusal', text: 'No' }))).toEqual([
      { role: 'assistant', content: null, refusal: 'No' },
    ]);
    expect(
      messagesOf(
        turn(
          'user',
          { type: 'audio', source: { kind: 'base64', mediaType: 'audio/mpeg', data: 'A' } },
          { type: 'file', source: { kind: 'id', id: 'f' } },
          { type: 'refusal', text: 'quoted' },
        ),
      ),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_audio', input_audio: { data: 'A', format: 'mp3' } },
          { type: 'file', file: { file_id: 'f' } },
          { type: 'text', text: 'quoted' },
        ],
      },
    ]);
  });

  it.each<[string, Part]>([
    ['an image by id', { type: 'image', source: { kind: 'id', id: 'x' } }],
    ['a recording by URL', { type: 'audio', source: { kind: 'url', url: 'https://x.test' } }],
    [
      'a recording of no type',
      { type: 'audio', source: { kind: 'base64', mediaType: 'x/y', data: '' } },
    ],
    ['a file by URL', { type: 'file', source: { kind: 'url', url: 'https://x.test' } }],
    ['a call by the user', { type: 'tool_call', id: 'a', name: 'f', argumentsText: '' }],
  ])('refuses %s', (_what, part) => {
    const result = writeChatRequest(conversation(turn('user', part)), choice);
    expect(!result.ok && result.problem.param).toBe('messages');
  });

  it.each<[Partial<Reasoning>, string]>([
    [{ effort: 'xhigh' }, 'xhigh'],
    [{ budgetTokens: 1024 }, 'low'],
    [{ budgetTokens: 8192 }, 'medium'],
    [{ budgetTokens: 32_000 }, 'high'],
  ])('says how hard to think: %j', (given, effort) => {
    const reasoning = { effort: null, budgetTokens: null, isShown: true, ...given };
    expect(written({ reasoning }).request['reasoning_effort']).toBe(effort);
  });

  it('says nothing of thinking where nothing was said', () => {
    const reasoning = { effort: null, budgetTokens: null, isShown: true };
    expect(written({ reasoning }).request).not.toHaveProperty('reasoning_effort');
  });

  it('asks for JSON', () => {
    expect(written({ output: { type: 'json' } }).request['response_format']).toEqual({
      type: 'json_object',
    });
    const schema = { type: 'object' };
    for (const strict of [true, null]) {
      const output = { type: 'json_schema', name: 'n', schema, strict } as const;
      expect(written({ output }).request['response_format']).toEqual({
        type: 'json_schema',
        json_schema: { name: 'n', schema, ...(strict === null ? {} : { strict }) },
      });
    }
  });
});
