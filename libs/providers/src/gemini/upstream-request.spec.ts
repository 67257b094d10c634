import { describe, expect, it } from 'vitest';
import type { Conversation, Media, Part } from '../conversation/conversation.js';
import type { UpstreamWriteChoice } from '../conversation/sides.js';
import { thinkingConfigOf } from './thinking.js';
import { GEMINI_UPSTREAM } from './upstream.js';

const PLAIN: Conversation = {
  model: 'asked',
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
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
  maxTokens: null,
  choices: 1,
  stream: true,
  output: { type: 'text' },
  reasoning: null,
  endUser: null,
  extras: {},
};
const CHOICE: UpstreamWriteChoice = {
  upstreamModel: 'gemini-2.5-flash',
  maxTokens: null,
  maxTokensField: 'max_tokens',
  outputTokensMax: null,
};
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];

const write = (more: Partial<Conversation> = {}, choice: Partial<UpstreamWriteChoice> = {}) =>
  GEMINI_UPSTREAM.writeRequest({ ...PLAIN, ...more }, { ...CHOICE, ...choice });
function written(...[more, choice]: Parameters<typeof write>): object {
  const it = write(more, choice);
  if (!it.ok) throw new Error(it.problem.message);
  return it.request;
}
function dropped(more: Partial<Conversation>): readonly string[] {
  const it = write(more);
  return it.ok ? it.dropped : ['refused'];
}
function problem(...parts: Part[]): string {
  const it = write({ turns: [{ role: 'user', parts }] });
  return it.ok ? 'accepted' : it.problem.message;
}
const said = (...parts: Part[]) => written({ turns: [{ role: 'user', parts }] });
const parts = (...given: object[]) => ({ contents: [{ role: 'user', parts: given }] });
const call = (id: string, more: object = {}): Part => ({
  type: 'tool_call',
  id,
  name: 'f',
  argumentsText: '{"a":1}',
  ...more,
});
const answer = (callId: string, more: object = {}): Part => ({
  type: 'tool_result',
  callId,
  name: null,
  parts: [
    { type: 'text', text: 'o' },
    { type: 'text', text: 'k' },
  ],
  isError: false,
  ...more,
});

describe('a conversation as a Gemini request', () => {
  it('is its contents, and nothing it did not say', () => {
    expect(written()).toEqual({ contents });
    expect(dropped({})).toEqual([]);
  });

  it('has a system instruction and leaves out what is empty', () => {
    const empty: Part = { type: 'text', text: '' };
    expect(
      written({
        system: [{ type: 'text', text: 'Be brief.' }],
        turns: [
          { role: 'assistant', parts: [empty] },
          { role: 'user', parts: [{ type: 'text', text: 'Hi' }, empty] },
          { role: 'assistant', parts: [{ type: 'refusal', text: 'No.' }] },
        ],
      }),
    ).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [...contents, { role: 'model', parts: [{ text: 'No.' }] }],
    });
  });

  it('joins the answers to parallel calls in one content, named as their calls', () => {
    expect(
      written({
        turns: [
          { role: 'assistant', parts: [call('c1', { signature: 's' }), call('c2', { name: 'g' })] },
          { role: 'user', parts: [answer('c1')] },
          {
            role: 'user',
            parts: [{ type: 'text', text: 'And?' }, answer('c2', { isError: true })],
          },
        ],
      }),
    ).toEqual({
      contents: [
        {
          role: 'model',
          parts: [
            { functionCall: { id: 'c1', name: 'f', args: { a: 1 } }, thoughtSignature: 's' },
            { functionCall: { id: 'c2', name: 'g', args: { a: 1 } } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'f', response: { output: 'ok' } } },
            { functionResponse: { id: 'c2', name: 'g', response: { error: 'ok' } } },
            { text: 'And?' },
          ],
        },
      ],
    });
  });

  it('puts media that a tool answered with beside its answer', () => {
    const source: Media = { kind: 'base64', mediaType: 'image/png', data: 'AA' };
    const result = answer('c', { name: 'f', parts: [{ type: 'image', source }] });
    expect(said(result)).toEqual(
      parts(
        { functionResponse: { id: 'c', name: 'f', response: { output: '' } } },
        { inlineData: { mimeType: 'image/png', data: 'AA' } },
      ),
    );
  });

  it('signs the first of parallel calls with what Google documents, where the model demands it', () => {
    const turns = [{ role: 'assistant' as const, parts: [call('c1'), call('c2')] }];
    const signed = { thoughtSignature: 'skip_thought_signature_validator' };
    const calls = ['c1', 'c2'].map((id) => ({ functionCall: { id, name: 'f', args: { a: 1 } } }));
    const by = (upstreamModel: string) => written({ turns }, { upstreamModel });
    expect(by('gemini-3-pro-preview')).toEqual({
      contents: [{ role: 'model', parts: [{ ...calls[0], ...signed }, calls[1]] }],
    });
    expect(by('gemini-2.5-pro')).toEqual({ contents: [{ role: 'model', parts: calls }] });
  });

  it('takes media as bytes, and by URL where Google fetches it', () => {
    const data: Media = { kind: 'base64', mediaType: 'audio/wav', data: 'AA' };
    expect(
      said(
        { type: 'image', source: { kind: 'url', url: 'gs://b/o', mediaType: 'image/png' } },
        { type: 'audio', source: data },
        { type: 'file', source: { kind: 'url', url: 'https://youtu.be/x' } },
      ),
    ).toEqual(
      parts(
        { fileData: { mimeType: 'image/png', fileUri: 'gs://b/o' } },
        { inlineData: { mimeType: 'audio/wav', data: 'AA' } },
        { fileData: { fileUri: 'https://youtu.be/x' } },
      ),
    );
  });

  it('refuses media that Gemini cannot fetch and names it, but not what may be secret in it', () => {
    const url = 'https://h/picture.png?sig=secret';
    const message = problem({ type: 'image', source: { kind: 'url', url } });
    expect(message).toContain('(https://h/picture.png)');
    expect(message).not.toContain('secret');
    const id: Media = { kind: 'id', id: 'file-1' };
    expect(problem({ type: 'file', source: id })).toMatch(/^A file is given by the id/);
    expect(problem({ type: 'audio', source: id })).toMatch(/^A recording is given by the id/);
  });

  it('refuses calls it cannot write and answers to no call', () => {
    expect(problem(call('c', { argumentsText: '{"a"' }))).toMatch(/no JSON object/);
    expect(problem(call('c', { argumentsText: ' ' }))).toBe('accepted');
    expect(problem(answer('unknown'))).toMatch(/answers no earlier call/);
  });

  it('keeps what only others know to itself and says so', () => {
    const thinking: Part = { type: 'thinking', text: 'hm', signature: 'theirs' };
    const image: Part = {
      type: 'image',
      source: { kind: 'base64', mediaType: 'image/png', data: 'AA' },
      detail: 'low',
      cache: '5m',
    };
    const tools = [
      { name: 'f', description: null, schema: null, strict: true, cache: '5m' as const },
    ];
    expect(
      dropped({
        turns: [{ role: 'user', parts: [thinking, image] }],
        tools,
        parallelTools: false,
        endUser: 'u',
        extras: { logit_bias: {}, safetySettings: [] },
      }),
    ).toEqual([
      'thinking',
      'cache_control',
      'image_url.detail',
      'parallel_tool_calls',
      'strict',
      'user',
      'logit_bias',
    ]);
    expect(written({ extras: { safety_settings: [1], labels: { a: 'b' } } })).toEqual({
      contents,
      safetySettings: [1],
      labels: { a: 'b' },
    });
  });

  it('declares functions with JSON Schema and says how they are chosen', () => {
    const schema = { type: 'object' };
    const tools = [
      { name: 'f', description: 'd', schema, strict: null },
      { name: 'g', description: null, schema: null, strict: false },
    ];
    expect(written({ tools })).toEqual({
      contents,
      tools: [
        {
          functionDeclarations: [
            { name: 'f', description: 'd', parametersJsonSchema: schema },
            { name: 'g' },
          ],
        },
      ],
    });
    const config = (toolChoice: Conversation['toolChoice']) =>
      (written({ tools, toolChoice }) as { toolConfig: { functionCallingConfig: unknown } })
        .toolConfig.functionCallingConfig;
    expect(config({ type: 'auto' })).toEqual({ mode: 'AUTO' });
    expect(config({ type: 'none' })).toEqual({ mode: 'NONE' });
    expect(config({ type: 'required' })).toEqual({ mode: 'ANY' });
    expect(config({ type: 'tool', name: 'f' })).toEqual({
      mode: 'ANY',
      allowedFunctionNames: ['f'],
    });
    expect(written({ toolChoice: { type: 'required' } })).toEqual({ contents });
  });

  it('has everything else in its generation config', () => {
    expect(
      written(
        {
          sampling: {
            temperature: 0,
            topP: 0.9,
            topK: 40,
            seed: 7,
            stop: ['END'],
            presencePenalty: 0.1,
            frequencyPenalty: 0.2,
          },
          maxTokens: 99,
          choices: 2,
          output: { type: 'json_schema', name: 'n', schema: { type: 'string' }, strict: true },
          reasoning: { effort: 'low', budgetTokens: null, isShown: true },
        },
        { maxTokens: 50 },
      ),
    ).toEqual({
      contents,
      generationConfig: {
        temperature: 0,
        topP: 0.9,
        topK: 40,
        seed: 7,
        stopSequences: ['END'],
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        candidateCount: 2,
        maxOutputTokens: 50,
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'string' },
        thinkingConfig: { thinkingBudget: 1_024, includeThoughts: true },
      },
    });
    expect(written({ maxTokens: 99, output: { type: 'json' } })).toEqual({
      contents,
      generationConfig: { maxOutputTokens: 99, responseMimeType: 'application/json' },
    });
    expect(written({ reasoning: { effort: null, budgetTokens: null, isShown: false } })).toEqual({
      contents,
    });
  });
});

describe('how hard a Gemini model thinks', () => {
  const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const;
  const by = (model: string) =>
    EFFORTS.map((effort) =>
      Object.values(
        thinkingConfigOf({ effort, budgetTokens: null, isShown: false }, model) ?? {},
      ).join(),
    );

  it('is a level from Gemini 3 on', () => {
    expect(by('gemini-3-flash')).toEqual(['MINIMAL', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH']);
    expect(by('models/gemini-3.1-pro')).toEqual(['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH']);
  });

  it('is a budget before, and where the name tells no version', () => {
    const budgets = ['1024', '1024', '8192', '24576', '24576'];
    expect(by('gemini-2.5-flash')).toEqual(['0', ...budgets]);
    expect(by('my-deployment')).toEqual(['0', ...budgets]);
    expect(by('gemini-2.5-pro')).toEqual(['128', ...budgets]);
  });

  it('is the bound of tokens where one is given', () => {
    const bounded = { effort: 'high', budgetTokens: 700, isShown: true } as const;
    expect(thinkingConfigOf(bounded, 'gemini-3-pro')).toEqual({
      thinkingBudget: 700,
      includeThoughts: true,
    });
    const within = (budgetTokens: number, model: string) =>
      thinkingConfigOf({ effort: null, budgetTokens, isShown: false }, model)?.['thinkingBudget'];
    expect([1, 64_000].map((tokens) => within(tokens, 'gemini-2.5-flash'))).toEqual([1, 24_576]);
    expect([1, 64_000].map((tokens) => within(tokens, 'gemini-2.5-pro'))).toEqual([128, 32_768]);
    expect(within(1, 'gemini-2.5-flash-lite')).toBe(512);
    const shown = { effort: null, budgetTokens: null, isShown: true };
    expect(thinkingConfigOf(shown, 'gemini-3-pro')).toEqual({ includeThoughts: true });
  });

  it('is nothing a model before Gemini 2.5 could be told', () => {
    const by2 = { upstreamModel: 'gemini-2.0-flash' };
    const reasoning = { effort: 'high', budgetTokens: null, isShown: true } as const;
    expect(write({ reasoning }, by2)).toEqual({
      ok: true,
      request: { contents },
      dropped: ['reasoning_effort'],
    });
    expect(write({ reasoning: { ...reasoning, effort: 'none' } }, by2)).toMatchObject({
      dropped: [],
    });
  });
});
