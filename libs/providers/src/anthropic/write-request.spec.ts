import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Conversation, Part, Reasoning } from '../conversation/conversation.js';
import { sealReasoning } from '../openai/sealed-reasoning.js';
import { thinksAdaptively } from './claude-generation.js';
import { closedSchema } from './closed-schema.js';
import { BUDGETS } from './thinking-request.js';
import { writeMessagesRequest } from './write-request.js';

const text = (it: string): Part => ({ type: 'text', text: it });
const PLAIN: Conversation = {
  model: 'asked',
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
  maxTokens: 4_000,
  choices: 1,
  stream: false,
  output: { type: 'text' },
  reasoning: null,
  endUser: null,
  extras: {},
};
const OLD = 'claude-sonnet-4-5';
const NEW = 'claude-opus-4-8';
const CHOICE = {
  upstreamModel: OLD,
  maxTokens: null,
  maxTokensField: 'max_tokens',
  outputTokensMax: null,
} as const;

type Sent = Record<string, unknown> & { dropped: readonly string[] };
function write(more: Partial<Conversation> = {}, upstreamModel = OLD): Sent {
  const written = writeMessagesRequest({ ...PLAIN, ...more }, { ...CHOICE, upstreamModel });
  if (!written.ok) throw new Error(written.problem.message);
  return { ...written.request, dropped: written.dropped };
}
const refusal = (more: Partial<Conversation>) => {
  const written = writeMessagesRequest({ ...PLAIN, ...more }, CHOICE);
  return written.ok ? null : written.problem;
};
const said = (...parts: Part[]) => ({ turns: [{ role: 'user' as const, parts }] });
const contentOf = (...parts: Part[]): unknown => {
  const [message] = write(said(...parts))['messages'] as { content: unknown }[];
  return message?.content;
};

describe('a conversation written for Anthropic', () => {
  it('says no more than it must', () => {
    expect(write()).toEqual({
      model: OLD,
      max_tokens: 4_000,
      messages: [{ role: 'user', content: [text('Hi')] }],
      dropped: [],
    });
  });

  it('always has a bound: ours, the client’s, the model’s or 4,096', () => {
    const bound = (maxTokens: number | null, own: number | null, cap: number | null): unknown => {
      const choice = { ...CHOICE, maxTokens, outputTokensMax: cap };
      const written = writeMessagesRequest({ ...PLAIN, maxTokens: own }, choice);
      return written.ok ? (written.request as { max_tokens: unknown }).max_tokens : null;
    };
    expect(bound(1, 2, 3)).toBe(1);
    expect(bound(null, 2, 3)).toBe(2);
    expect(bound(null, null, 3)).toBe(3);
    expect(bound(null, null, null)).toBe(4_096);
  });

  it('keeps cache marks on system, parts, results and tools', () => {
    const result: Part = {
      type: 'tool_result',
      callId: 't',
      name: null,
      parts: [],
      isError: false,
      cache: '5m',
    };
    const sent = write({
      system: [{ type: 'text', text: 'S', cache: '1h' }],
      ...said(result),
      tools: [{ name: 'f', description: null, schema: null, strict: null, cache: '5m' }],
    });
    const cache_control = { type: 'ephemeral' };
    expect(sent['system']).toEqual([
      { type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ]);
    expect(sent['tools']).toEqual([{ name: 'f', input_schema: { type: 'object' }, cache_control }]);
    expect(sent['messages']).toEqual([
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', cache_control }] },
    ]);
  });

  it('puts results of tools first in their turn, with what they are made of', () => {
    const result: Part = {
      type: 'tool_result',
      callId: 'call:1',
      name: 'f',
      parts: [text('Seen.'), { type: 'image', source: { kind: 'url', url: 'https://x.test/a' } }],
      isError: true,
    };
    expect(contentOf(text('And?'), result)).toEqual([
      {
        type: 'tool_result',
        tool_use_id: 'call_1',
        content: [
          text('Seen.'),
          { type: 'image', source: { type: 'url', url: 'https://x.test/a' } },
        ],
        is_error: true,
      },
      text('And?'),
    ]);
  });

  it('writes tool calls with an object as input, whatever the arguments were', () => {
    const call = (argumentsText: string): Part => ({
      type: 'tool_call',
      id: 'a.b',
      name: 'f',
      argumentsText,
    });
    const inputs = ['{"x":1}', '', '  ', '{"cut', '[1]'].map((it) => {
      const [block] = contentOf(call(it)) as { id: string; input: unknown }[];
      expect(block?.id).toBe('a_b');
      return block?.input;
    });
    expect(inputs).toEqual([{ x: 1 }, {}, {}, { arguments: '{"cut' }, { arguments: '[1]' }]);
  });

  it('gives back only thoughts that Anthropic signed', () => {
    const thought = (signature: string | null): Part => ({
      type: 'thinking',
      text: 'Hm.',
      signature,
    });
    const sealed = sealReasoning({ kind: 'content' });
    const sent = write(
      said(thought('sig'), thought(null), thought(sealed), {
        type: 'thinking',
        text: '',
        signature: null,
        redactedData: 'opaque',
      }),
    );
    expect(sent['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'redacted_thinking', data: 'opaque' },
        ],
      },
    ]);
    expect(sent.dropped).toEqual(['reasoning']);
  });

  it('writes images, PDFs and texts by bytes, URL and id', () => {
    const file = (mediaType: string, data: string, name?: string): Part => ({
      type: 'file',
      source: { kind: 'base64', mediaType, data },
      ...(name === undefined ? {} : { name }),
    });
    expect(
      contentOf(
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
        { type: 'image', source: { kind: 'id', id: 'file_1' } },
        file('application/pdf', 'AA==', 'a.pdf'),
        file('text/markdown', Buffer.from('Grüße').toString('base64')),
        { type: 'file', source: { kind: 'url', url: 'https://x.test/a.pdf' } },
        { type: 'refusal', text: 'No.' },
        text(''),
      ),
    ).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AA==' },
        title: 'a.pdf',
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Grüße' } },
      { type: 'document', source: { type: 'url', url: 'https://x.test/a.pdf' } },
      { type: 'text', text: 'No.' },
    ]);
  });

  it.each<[string, Part]>([
    ['a recording', { type: 'audio', source: { kind: 'id', id: 'x' } }],
    [
      'an odd image',
      { type: 'image', source: { kind: 'base64', mediaType: 'image/bmp', data: '' } },
    ],
    ['an odd file', { type: 'file', source: { kind: 'base64', mediaType: 'a/zip', data: '' } }],
    [
      'a file that is no base64',
      { type: 'file', source: { kind: 'base64', mediaType: 'text/plain', data: '?' } },
    ],
  ])('is refused with %s', (_name, part) => {
    expect(refusal(said(part))?.param).toBe('messages');
    expect(refusal(said(part, { type: 'audio', source: { kind: 'id', id: 'y' } }))?.param).toBe(
      'messages',
    );
  });

  it('is refused with more than one answer', () => {
    expect(refusal({ choices: 2 })?.param).toBe('n');
  });

  it('says a lone system prompt as the user, and leaves out turns that say nothing', () => {
    const sent = write({
      system: [text('Be kind.')],
      turns: [{ role: 'user', parts: [text('')] }],
    });
    expect(sent['messages']).toEqual([{ role: 'user', content: [text('Be kind.')] }]);
    expect(sent['system']).toBeUndefined();
    expect(write({ turns: [] })['messages']).toEqual([]);
  });

  const TOOLS = [{ name: 'f', description: 'D', schema: { properties: {} }, strict: true }];
  it.each<[object, Partial<Conversation>]>([
    [{}, {}],
    [{ tool_choice: { type: 'auto' } }, { toolChoice: { type: 'auto' } }],
    [{ tool_choice: { type: 'none' } }, { toolChoice: { type: 'none' }, parallelTools: false }],
    [{ tool_choice: { type: 'any' } }, { toolChoice: { type: 'required' }, parallelTools: true }],
    [{ tool_choice: { type: 'tool', name: 'f' } }, { toolChoice: { type: 'tool', name: 'f' } }],
    [{ tool_choice: { type: 'auto', disable_parallel_tool_use: true } }, { parallelTools: false }],
  ])('chooses tools as %j', (members, more) => {
    expect(write({ tools: TOOLS, ...more })).toEqual({
      ...write(),
      tools: [
        {
          name: 'f',
          description: 'D',
          input_schema: { type: 'object', properties: {} },
          strict: true,
        },
      ],
      ...members,
    });
    expect(write(more)).toEqual(write());
  });

  const sampling = (more: Partial<Conversation['sampling']>) => ({
    sampling: { ...PLAIN.sampling, ...more },
  });
  it('clamps the temperature, and takes it before top_p, as Claude takes but one', () => {
    expect(write(sampling({ temperature: 1.5, topK: 3 }))).toMatchObject({
      temperature: 1,
      top_k: 3,
      dropped: ['temperature'],
    });
    expect(write(sampling({ temperature: 0, topP: 0.5 }))).toMatchObject({
      temperature: 0,
      dropped: ['top_p'],
    });
    expect(write(sampling({ topP: 0.5 }))).toMatchObject({ top_p: 0.5, dropped: [] });
    expect(write(sampling({ temperature: 1, topP: 0.5 }), 'kimi')).toMatchObject({
      temperature: 1,
      top_p: 0.5,
      dropped: [],
    });
  });

  it('sends no sampling where the model takes none', () => {
    const given = sampling({ temperature: 1, topP: 0.5, topK: 3 });
    const plain = { ...write({}, NEW), dropped: ['temperature', 'top_p', 'top_k'] };
    expect(write(given, NEW)).toEqual(plain);
    const reasoning = { effort: 'low', budgetTokens: null, isShown: true } as const;
    expect(write({ ...given, reasoning }).dropped).toEqual(plain.dropped);
  });

  it('says what of the sampling Anthropic has no place for', () => {
    const sent = write(
      sampling({ seed: 1, presencePenalty: 0, frequencyPenalty: 1, stop: ['END', ' \n'] }),
    );
    expect(sent['stop_sequences']).toEqual(['END']);
    expect(sent.dropped).toEqual(['seed', 'presence_penalty', 'frequency_penalty', 'stop']);
    expect(write(sampling({ stop: [' '] }))['stop_sequences']).toBeUndefined();
  });

  it('keeps the stream and the end user, and says which members it does not know', () => {
    const sent = write({ stream: true, endUser: 'u', extras: { logit_bias: {} } });
    expect(sent).toMatchObject({
      stream: true,
      metadata: { user_id: 'u' },
      dropped: ['logit_bias'],
    });
  });

  it('asks for JSON by a schema, or in words where there is none', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    expect(
      write({ output: { type: 'json_schema', name: 'n', schema, strict: null } }),
    ).toMatchObject({
      output_config: {
        format: { type: 'json_schema', schema: { ...schema, additionalProperties: false } },
      },
    });
    const system = write({ output: { type: 'json' } })['system'] as { text: string }[];
    expect(system[0]?.text).toMatch(/one JSON object/);
  });
});

describe('how hard a model shall think', () => {
  const asked = (more: Partial<Reasoning>) => ({
    reasoning: { effort: null, budgetTokens: null, isShown: true, ...more },
    maxTokens: 100_000,
  });
  it.each<[Partial<Reasoning>, number]>([
    [{ effort: 'minimal' }, 1_024],
    [{ effort: 'low' }, 4_096],
    [{ effort: 'medium' }, 16_384],
    [{ effort: 'high' }, 32_768],
    [{ effort: 'xhigh' }, 65_536],
    [{ budgetTokens: 3_000 }, 3_000],
    [{ budgetTokens: 1 }, 1_024],
    [{ budgetTokens: 200_000 }, 80_000],
    [{}, 16_384],
  ])('is a budget for %j', (more, budget) => {
    const sent = write(asked(more));
    expect(sent['thinking']).toEqual({ type: 'enabled', budget_tokens: budget });
    expect(sent['output_config']).toBeUndefined();
  });

  it.each<[Partial<Reasoning>, string | null]>([
    [{ effort: 'minimal' }, 'low'],
    [{ effort: 'xhigh' }, 'xhigh'],
    [{ budgetTokens: 1_024 }, 'low'],
    [{ budgetTokens: 16_384 }, 'medium'],
    [{ budgetTokens: 16_385 }, 'high'],
    [{ budgetTokens: 500_000 }, 'xhigh'],
    [{}, null],
  ])('is a word of effort for %j where the model thinks adaptively', (more, effort) => {
    const sent = write(asked(more), NEW);
    expect(sent['thinking']).toEqual({ type: 'adaptive', display: 'summarized' });
    expect(sent['output_config']).toEqual(effort === null ? undefined : { effort });
  });

  it('is documented with the very budgets', () => {
    const page = new URL('../../../../docs/reference/anthropic.md', import.meta.url);
    const rows = readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` +\| ([\d,]+) +\|$/gm);
    expect([...rows].map(([, word, tokens]) => [word, tokens])).toEqual(
      [...BUDGETS].map(([word, tokens]) => [word, tokens.toLocaleString('en')]),
    );
  });

  it('keeps thoughts back where they shall not be shown', () => {
    expect(write(asked({ isShown: false }), NEW)['thinking']).toMatchObject({ display: 'omitted' });
  });

  it('is nothing at all where that is asked for', () => {
    const sent = write({ ...asked({ effort: 'none' }), sampling: { ...PLAIN.sampling, topK: 1 } });
    expect(sent).toMatchObject({ thinking: { type: 'disabled' }, top_k: 1, dropped: [] });
  });

  it('gives way in a tool loop whose thoughts the client did not keep, unless it is adaptive', () => {
    const low = asked({ effort: 'low' });
    const call: Part = { type: 'tool_call', id: 't', name: 'f', argumentsText: '{}' };
    const result: Part = { type: 'tool_result', callId: 't', name: 'f', parts: [], isError: false };
    const loop = (...thoughts: Part[]): Partial<Conversation> => ({
      ...low,
      turns: [
        ...PLAIN.turns,
        { role: 'assistant', parts: [...thoughts, call] },
        { role: 'user', parts: [result] },
      ],
    });
    expect(write(loop()).dropped).toEqual(['reasoning_effort']);
    expect(write(loop())['thinking']).toBeUndefined();
    expect(
      write({ ...low, turns: [{ role: 'user', parts: [result] }] })['thinking'],
    ).toBeUndefined();
    const thought: Part = { type: 'thinking', text: 'Hm.', signature: 'sig' };
    expect(write(loop(thought))['thinking']).toMatchObject({ type: 'enabled' });
    expect(write(loop(), NEW)['thinking']).toMatchObject({ type: 'adaptive' });
  });

  it('gives way to a bound that is too small, and to a tool that must be called', () => {
    const low = asked({ effort: 'low' });
    expect(write({ ...low, maxTokens: 1_280 })['thinking']).toMatchObject({ budget_tokens: 1_024 });
    const small = write({ ...low, maxTokens: 1_279 });
    expect([small['thinking'], small.dropped]).toEqual([undefined, ['reasoning_effort']]);
    expect(write({ ...low, toolChoice: { type: 'required' } }).dropped).toEqual([
      'reasoning_effort',
    ]);
    expect(write({ ...low, toolChoice: { type: 'tool', name: 'f' } }).dropped).toHaveLength(1);
    expect(write({ ...low, toolChoice: { type: 'auto' } }).dropped).toHaveLength(0);
  });
});

describe('the generation of a Claude', () => {
  it.each([
    'claude-opus-4-7',
    'claude-opus-4-8-20260601',
    'anthropic.claude-opus-4-7-v1:0',
    'anthropic/claude-4.7-opus',
    'claude-sonnet-5',
    'claude-fable-5-2',
    'claude-mythos-preview',
  ])('%s thinks adaptively', (model) => {
    expect(thinksAdaptively(model)).toBe(true);
  });

  it.each([
    'claude-3-5-sonnet-20241022',
    'claude-3-opus-20240229',
    'claude-instant-1.2',
    'claude-sonnet-4-20250514',
    'claude-sonnet-4-6',
    'claude-haiku-4-5@20251001',
    'kimi-k9',
  ])('%s takes a budget', (model) => {
    expect(thinksAdaptively(model)).toBe(false);
  });
});

describe('a closed schema', () => {
  it('closes every object that the client left open, wherever it stands', () => {
    const open = { type: 'object' };
    const closed = { type: 'object', additionalProperties: false };
    const places = (it: object) => ({
      ...it,
      properties: { a: it, type: it },
      $defs: { d: it },
      definitions: { e: it },
      anyOf: [it],
      allOf: [it],
      oneOf: [it],
      prefixItems: [it],
      items: it,
      not: it,
      enum: [open],
    });
    expect(closedSchema(places(open))).toEqual(places(closed));
    const kept = { type: 'object', additionalProperties: { type: 'string' } };
    expect(closedSchema(kept)).toEqual(kept);
    expect(closedSchema({ type: 'string' })).toEqual({ type: 'string' });
    expect(closedSchema(true)).toBe(true);
  });
});
