import { describe, expect, it } from 'vitest';
import type { Conversation, Part } from '../conversation/conversation.js';
import { GEMINI_CLIENT } from './client.js';
import { sealRedacted } from './redacted-thought.js';

const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const result = (more: object = {}) => GEMINI_CLIENT.readRequest({ contents, ...more });
function read(more: object = {}): Conversation {
  const it = result(more);
  if (!it.ok) throw new Error(`${it.problem.param ?? ''}: ${it.problem.message}`);
  return it.conversation;
}
const dropped = (more: object): readonly string[] => {
  const it = result(more);
  return it.ok ? it.dropped : ['refused'];
};
const paramOf = (more: unknown): string | null => {
  const it = GEMINI_CLIENT.readRequest(more);
  return it.ok ? 'accepted' : it.problem.param;
};
const refusedPart = (part: object): string | null => paramOf({ contents: [{ parts: [part] }] });
const parts = (...given: object[]): readonly Part[] =>
  read({ contents: [{ role: 'model', parts: given }] }).turns[0]?.parts ?? [];

describe('a Gemini request as a conversation', () => {
  it('has turns, a system prompt and nothing it did not say', () => {
    const said = read({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: 'Hello' }, { text: '' }, {}] },
        { parts: [{ text: 'And' }] },
        { role: 'user', parts: [{ text: 'then?' }] },
        { role: 'user' },
      ],
    });
    expect(said).toEqual({
      model: '',
      system: [{ type: 'text', text: 'Be brief.' }],
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', parts: [{ type: 'text', text: 'Hello' }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'And' },
            { type: 'text', text: 'then?' },
          ],
        },
      ],
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
      stream: false,
      output: { type: 'text' },
      reasoning: null,
      endUser: null,
      extras: {},
    });
    expect(read({ system_instruction: 'words' }).system).toEqual([{ type: 'text', text: 'words' }]);
  });

  it('reads media by its type', () => {
    expect(
      parts(
        { inlineData: { mimeType: 'image/png', data: 'AA' } },
        { inline_data: { mime_type: 'audio/wav', data: 'AA' } },
        { inlineData: { mimeType: 'application/pdf', data: 'AA', displayName: 'n' } },
        { fileData: { mimeType: 'image/png', fileUri: 'https://h/i' } },
        { file_data: { file_uri: 'https://h/f' } },
      ),
    ).toEqual([
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } },
      { type: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', data: 'AA' } },
      {
        type: 'file',
        source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA' },
        name: 'n',
      },
      { type: 'image', source: { kind: 'url', url: 'https://h/i', mediaType: 'image/png' } },
      { type: 'file', source: { kind: 'url', url: 'https://h/f' } },
    ]);
  });

  it('refuses files that only Google can read', () => {
    const files = [
      'gs://b/o',
      'https://generativelanguage.googleapis.com/v1beta/files/x',
      'HTTPS://storage.cloud.google.com/b/o',
    ];
    for (const fileUri of files) {
      expect(refusedPart({ fileData: { fileUri } })).toBe('contents[0].parts[0].fileData.fileUri');
    }
    expect(refusedPart({ inlineData: { data: 'A' } })).toBe(
      'contents[0].parts[0].inlineData.mimeType',
    );
  });

  it('puts a thought that was streamed in pieces together again', () => {
    const redacted = sealRedacted('opaque') ?? '';
    expect(
      parts(
        { text: 'a', thought: true },
        { text: 'b', thought: true },
        { text: '', thought: true, thoughtSignature: 'sig' },
        { text: 'c', thought: true, thought_signature: 'sig2' },
        { text: '', thought: true },
        { text: '', thought: true, thoughtSignature: redacted },
        { text: 'd', thought: true },
        { text: 'words', thoughtSignature: 'of no use to others' },
      ),
    ).toEqual([
      { type: 'thinking', text: 'ab', signature: 'sig' },
      { type: 'thinking', text: 'c', signature: 'sig2' },
      { type: 'thinking', text: '', signature: null, redactedData: 'opaque' },
      { type: 'thinking', text: 'd', signature: null },
      { type: 'text', text: 'words' },
    ]);
  });

  it('matches responses with their calls by id, or by name and order', () => {
    const call = (more: object, extra: object = {}) => ({
      functionCall: { name: 'f', ...more },
      ...extra,
    });
    const response = (more: object) => ({ functionResponse: { name: 'f', ...more } });
    const said = read({
      contents: [
        ...contents,
        {
          role: 'model',
          parts: [call({ args: { a: 1 } }, { thoughtSignature: 's' }), call({}), call({ id: 'x' })],
        },
        {
          role: 'function',
          parts: [
            response({ id: 'x', response: { output: 'third' } }),
            response({ response: { error: { why: 1 } } }),
            response({ id: 'unheard of', response: { temperature: 7 } }),
          ],
        },
      ],
    });
    expect(said.turns[1]?.parts).toEqual([
      { type: 'tool_call', id: 'call_0', name: 'f', argumentsText: '{"a":1}', signature: 's' },
      { type: 'tool_call', id: 'call_1', name: 'f', argumentsText: '{}' },
      { type: 'tool_call', id: 'x', name: 'f', argumentsText: '{}' },
    ]);
    const answers = (said.turns[2]?.parts ?? []).map((part) =>
      part.type === 'tool_result' ? [part.callId, part.parts[0], part.isError] : part,
    );
    expect(answers).toEqual([
      ['x', { type: 'text', text: 'third' }, false],
      ['call_0', { type: 'text', text: '{"why":1}' }, true],
      ['call_1', { type: 'text', text: '{"temperature":7}' }, false],
    ]);
  });

  it('reads what a function answers with beside its text, and nothing where it says nothing', () => {
    const answer = (response: object) => {
      const said = read({
        contents: [
          { role: 'model', parts: [{ functionCall: { name: 'f' } }] },
          { parts: [{ functionResponse: { name: 'f', ...response } }] },
        ],
      });
      const part = said.turns[1]?.parts[0];
      return part?.type === 'tool_result' ? part.parts : null;
    };
    const picture = { inlineData: { mimeType: 'image/png', data: 'AA' } };
    expect(answer({ response: { output: 'o' }, parts: [picture] })).toEqual([
      { type: 'text', text: 'o' },
      { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA' } },
    ]);
    expect(answer({})).toEqual([]);
    expect(answer({ response: 'plain' })).toEqual([{ type: 'text', text: 'plain' }]);
  });

  it('refuses what it cannot understand, by its name', () => {
    expect(paramOf([])).toBe('body');
    expect(paramOf({})).toBe('contents');
    expect(paramOf({ contents: [7] })).toBe('contents[0]');
    expect(paramOf({ contents: [{ role: 'bot', parts: [] }] })).toBe('contents[0].role');
    expect(paramOf({ contents: [{ parts: 'x' }] })).toBe('contents[0].parts');
    expect(refusedPart({ text: 7 })).toBe('contents[0].parts[0].text');
    expect(refusedPart({ functionCall: { name: 7 } })).toBe(
      'contents[0].parts[0].functionCall.name',
    );
    expect(refusedPart({ functionResponse: { name: 'f' } })).toBe(
      'contents[0].parts[0].functionResponse',
    );
    expect(refusedPart({ executableCode: { code: 'x' } })).toBe(
      'contents[0].parts[0].executableCode',
    );
    expect(refusedPart({ toolCall: {} })).toBe('contents[0].parts[0].toolCall');
    expect(paramOf({ contents, cachedContent: 'c' })).toBe('cachedContent');
    expect(paramOf({ contents, systemInstruction: 7 })).toBe('systemInstruction');
  });

  it('drops by name what changes nothing essential, and hands on what it does not know', () => {
    expect(
      dropped({
        safety_settings: [],
        labels: {},
        toolConfig: { retrievalConfig: {} },
        generationConfig: { mediaResolution: 'LOW', logprobs: null, responseLogprobs: true },
        contents: [{ parts: [{ text: 'x', videoMetadata: {} }] }],
      }),
    ).toEqual([
      'safetySettings',
      'labels',
      'videoMetadata',
      'toolConfig.retrievalConfig',
      'generationConfig.mediaResolution',
      'generationConfig.responseLogprobs',
    ]);
    const extras = { metadata: { a: 1 }, nothing: null, route: {}, model: 'm' };
    expect(read(extras).extras).toEqual({ metadata: { a: 1 } });
  });
});

describe('the functions of a Gemini request', () => {
  const declared = (...names: string[]) => [
    { functionDeclarations: names.map((name) => ({ name })) },
  ];
  const choice = (functionCallingConfig: object) =>
    read({ tools: declared('f', 'g'), toolConfig: { functionCallingConfig } });

  it('have a schema in either spelling, or none', () => {
    const parameters = { type: 'OBJECT', properties: { a: { type: 'STRING' } } };
    const parametersJsonSchema = { type: 'object', properties: { A: { type: 'STRING_AS_IS' } } };
    const tools = [
      { functionDeclarations: [{ name: 'f', description: 'd', parameters }] },
      { function_declarations: [{ name: 'g', parametersJsonSchema }, { name: 'h' }] },
      {},
    ];
    expect(read({ tools }).tools).toEqual([
      {
        name: 'f',
        description: 'd',
        schema: { type: 'object', properties: { a: { type: 'string' } } },
        strict: null,
      },
      { name: 'g', description: null, schema: parametersJsonSchema, strict: null },
      { name: 'h', description: null, schema: null, strict: null },
    ]);
  });

  it('drop what describes their answers', () => {
    const tools = [{ functionDeclarations: [{ name: 'f', response: {}, behavior: 'BLOCKING' }] }];
    expect(dropped({ tools })).toEqual([
      'functionDeclarations.response',
      'functionDeclarations.behavior',
    ]);
  });

  it('are refused where they run on Google’s servers', () => {
    for (const name of ['googleSearch', 'code_execution', 'urlContext']) {
      expect(paramOf({ contents, tools: [{ [name]: {} }] })).toBe(`tools[0].${name}`);
    }
    expect(paramOf({ contents, tools: {} })).toBe('tools');
  });

  it('are chosen as the mode says', () => {
    const types = ['AUTO', 'VALIDATED', 'NONE', 'ANY', 'MODE_UNSPECIFIED', null].map(
      (mode) => choice({ mode }).toolChoice?.type ?? null,
    );
    expect(types).toEqual(['auto', 'auto', 'none', 'required', null, null]);
    expect(paramOf({ contents, toolConfig: { functionCallingConfig: { mode: 'MAYBE' } } })).toBe(
      'toolConfig.functionCallingConfig.mode',
    );
  });

  it('are offered only where they are allowed', () => {
    const one = choice({ mode: 'ANY', allowedFunctionNames: ['g'] });
    expect(one.toolChoice).toEqual({ type: 'tool', name: 'g' });
    expect(one.tools.map((tool) => tool.name)).toEqual(['g']);
    const both = choice({ mode: 'ANY', allowedFunctionNames: ['f', 'g'] });
    expect(both.toolChoice).toEqual({ type: 'required' });
    expect(both.tools).toHaveLength(2);
  });
});

describe('the generation config of a Gemini request', () => {
  const config = (generationConfig: object): Conversation => read({ generationConfig });

  it('is sampling, bounds and choices', () => {
    const said = config({
      temperature: 0.5,
      topP: 0.9,
      top_k: 40,
      seed: 7,
      stopSequences: ['END'],
      presencePenalty: 0.1,
      frequency_penalty: 0.2,
      candidateCount: 2,
      maxOutputTokens: 99,
      responseModalities: ['TEXT'],
    });
    expect(said).toMatchObject({
      sampling: {
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        seed: 7,
        stop: ['END'],
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
      },
      maxTokens: 99,
      choices: 2,
    });
  });

  it('asks for JSON, with a schema or without', () => {
    const json = 'application/json';
    expect(config({ responseMimeType: json }).output).toEqual({ type: 'json' });
    expect(config({ responseMimeType: 'text/plain' }).output).toEqual({ type: 'text' });
    const named = { type: 'json_schema', name: 'response', strict: null };
    expect(config({ responseMimeType: json, responseSchema: { type: 'STRING' } }).output).toEqual({
      ...named,
      schema: { type: 'string' },
    });
    expect(config({ responseJsonSchema: { type: 'AS IS' } }).output).toEqual({
      ...named,
      schema: { type: 'AS IS' },
    });
  });

  it('asks for thoughts', () => {
    const thinking = (thinkingConfig: object) => config({ thinkingConfig }).reasoning;
    const none = { effort: null, budgetTokens: null, isShown: false };
    expect(thinking({ thinkingBudget: 512, includeThoughts: true })).toEqual({
      effort: null,
      budgetTokens: 512,
      isShown: true,
    });
    expect(thinking({ thinkingBudget: 0 })).toEqual({ ...none, effort: 'none' });
    expect(thinking({ thinkingBudget: -1 })).toEqual(none);
    expect(thinking({ thinkingLevel: 'HIGH' })).toEqual({ ...none, effort: 'high' });
    expect(thinking({ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' })).toEqual(none);
  });

  it('is refused with the member that is wrong', () => {
    const wrong = (generationConfig: unknown) => paramOf({ contents, generationConfig });
    expect(wrong([])).toBe('generationConfig');
    expect(wrong({ temperature: 'hot' })).toBe('generationConfig.temperature');
    expect(wrong({ stopSequences: [7] })).toBe('generationConfig.stopSequences[0]');
    expect(wrong({ responseMimeType: 'text/x.enum' })).toBe('generationConfig.responseMimeType');
    expect(wrong({ responseModalities: ['IMAGE'] })).toBe('generationConfig.responseModalities');
    expect(wrong({ thinkingConfig: 7 })).toBe('generationConfig.thinkingConfig');
    expect(wrong({ thinkingConfig: { thinkingLevel: 'EXTREME' } })).toBe(
      'generationConfig.thinkingConfig.thinkingLevel',
    );
  });
});
