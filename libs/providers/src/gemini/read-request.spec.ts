import { describe, expect, it } from 'vitest';
import type { RequestReading } from '../openai/read-request.js';
import { CHOICES_MAX } from '../openai/read-request.js';
import { readGeminiRequest } from './read-request.js';

const path = { model: 'gemini-2.5-flash', stream: false };
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const read = (more: object = {}): RequestReading => {
  const result = readGeminiRequest({ contents, ...more }, path);
  if (!result.ok) throw new Error(result.problem.message);
  return result.request;
};
const paramOf = (body: unknown, model = 'm'): string | null => {
  const result = readGeminiRequest(body, { model, stream: true });
  return result.ok ? 'accepted' : result.problem.param;
};
const part = (it: object): RequestReading => read({ contents: [{ parts: [it] }] });

describe('a Gemini request', () => {
  it('is named and streamed by its path, bounded by its body', () => {
    const generationConfig = { maxOutputTokens: 9, candidateCount: 2 };
    const body = { contents, generationConfig, usage: { include: true } };
    expect(readGeminiRequest(body, { model: 'm', stream: true })).toMatchObject({
      ok: true,
      request: { model: 'm', stream: true, maxTokens: 9, choices: 2, costAsked: true },
    });
    expect(read()).toMatchObject({
      model: 'gemini-2.5-flash',
      stream: false,
      maxTokens: null,
      maxTokensField: null,
      choices: 1,
      costAsked: false,
      predictionTokensBound: 0,
    });
  });

  it('may be spelt in snake_case', () => {
    const body = {
      contents,
      generation_config: { max_output_tokens: 7, candidate_count: 3 },
      system_instruction: { parts: [{ text: 'x'.repeat(100) }] },
    };
    const result = readGeminiRequest(body, path);
    expect(result).toMatchObject({ request: { maxTokens: 7, choices: 3 } });
    expect(result.ok && result.request.inputTokensBound).toBeGreaterThan(100);
  });

  it('is bounded by every text that reaches the model', () => {
    const base = read().inputTokensBound;
    const words = 'é'.repeat(100);
    const bound = (more: object): number => read(more).inputTokensBound - base;
    expect(bound({ contents: [{ parts: [{ text: `Hi${words}` }] }] })).toBe(200);
    expect(bound({ systemInstruction: { parts: [{ text: words }] } })).toBeGreaterThan(200);
    expect(bound({ systemInstruction: words })).toBe(200);
    expect(bound({ systemInstruction: 7 })).toBe(0);
    expect(bound({ tools: [{ functionDeclarations: [{ description: words }] }] })).toBeGreaterThan(
      200,
    );
    const schema = { type: 'OBJECT', description: words };
    expect(bound({ generationConfig: { responseSchema: schema } })).toBeGreaterThan(200);
    expect(bound({ toolConfig: { x: words }, tool_config: { x: words } })).toBeGreaterThan(400);
    expect(bound({ safetySettings: [{ category: words }], labels: { a: words } })).toBe(0);
  });

  it('measures calls, responses, thoughts and their signatures', () => {
    const words = 'x'.repeat(100);
    const parts = [
      { functionCall: { name: 'f', args: { a: words } } },
      { functionResponse: { name: 'f', response: { output: words } } },
      { text: words, thought: true },
      { thoughtSignature: words, text: '' },
      { executableCode: { code: words } },
    ];
    for (const it of parts) expect(part(it).inputTokensBound).toBeGreaterThan(100);
  });

  it('counts pictures, recordings and files instead of their bytes', () => {
    const data = 'A'.repeat(10_000);
    const parts = [
      { inlineData: { mimeType: 'image/png', data } },
      { inline_data: { mime_type: 'IMAGE/JPEG', data } },
      { inlineData: { mimeType: 'audio/wav', data } },
      { inlineData: { mimeType: 'application/pdf', data } },
      { inlineData: { mimeType: 'video/mp4', data } },
      { fileData: { mimeType: 'image/png', fileUri: 'https://h/i.png' } },
      { fileData: { fileUri: 'https://youtu.be/x' } },
      { functionResponse: { name: 'f', parts: [{ inlineData: { mimeType: 'image/png', data } }] } },
    ];
    const request = read({ contents: [{ role: 'user', parts }] });
    expect(request).toMatchObject({ images: 4, audios: 1, files: 3 });
    expect(request.inputTokensBound).toBeLessThan(600);
  });

  it('bounds a document in plain words by its bytes', () => {
    const media = { mimeType: 'text/plain', data: 'A'.repeat(10_000) };
    const request = part({ inlineData: media });
    expect(request.files).toBe(0);
    expect(request.inputTokensBound).toBeGreaterThan(10_000);
  });

  it('lets no text pass as a picture', () => {
    const words = 'x'.repeat(10_000);
    const disguised = { inlineData: { mimeType: 'image/png', data: 'A' }, words };
    const hidden = [
      { functionResponse: { name: 'f', response: disguised } },
      { functionCall: { name: 'f', args: disguised } },
      disguised,
      { inlineData: { mimeType: 'image/png', data: 'A', displayName: words } },
    ];
    for (const it of hidden) expect(part(it).inputTokensBound).toBeGreaterThan(10_000);
    const tools = [{ functionDeclarations: [{ parameters: disguised }] }];
    expect(read({ tools }).inputTokensBound).toBeGreaterThan(10_000);
  });

  it('says what it needs of its model', () => {
    const config = (generationConfig: object) => read({ generationConfig }).needs;
    const none = read().needs;
    expect(Object.values(none)).toEqual(Array(6).fill(false));
    expect(read({ tools: [{ functionDeclarations: [] }] }).needs.tools).toBe(true);
    expect(part({ inlineData: { mimeType: 'image/png', data: 'A' } }).needs.images).toBe(true);
    expect(part({ inlineData: { mimeType: 'audio/wav', data: 'A' } }).needs.audio).toBe(true);
    expect(part({ fileData: { fileUri: 'https://h/f' } }).needs.files).toBe(true);
    expect(config({ responseModalities: ['AUDIO'] }).audio).toBe(true);
    expect(config({ responseModalities: ['TEXT'] })).toEqual(none);
    expect(config({ responseMimeType: 'application/json' }).json).toBe(true);
    expect(config({ responseSchema: {} }).json).toBe(true);
    expect(config({ response_json_schema: {} }).json).toBe(true);
    expect(config({ responseMimeType: 'text/plain' }).json).toBe(false);
    expect(config({ thinkingConfig: { thinkingBudget: -1 } }).reasoning).toBe(true);
    expect(config({ thinkingConfig: { thinkingLevel: 'HIGH' } }).reasoning).toBe(true);
    expect(config({ thinkingConfig: { includeThoughts: true } }).reasoning).toBe(true);
    expect(config({ thinkingConfig: { includeThoughts: false } }).reasoning).toBe(false);
    expect(config({ thinkingConfig: { thinkingBudget: 0, includeThoughts: true } })).toEqual(none);
  });

  it('is refused with the member that is wrong', () => {
    expect(paramOf([])).toBe(null);
    expect(paramOf({ contents }, 'm'.repeat(301))).toBe('model');
    expect(paramOf({})).toBe('contents');
    expect(paramOf({ contents: [] })).toBe('contents');
    expect(paramOf({ contents: 'Hi' })).toBe('contents');
    expect(paramOf({ contents, generationConfig: [] })).toBe('generationConfig');
    expect(paramOf({ contents, generationConfig: null })).toBe('accepted');
    for (const maxOutputTokens of [0, 1.5, '9', true]) {
      const body = { contents, generationConfig: { maxOutputTokens } };
      expect(paramOf(body)).toBe('generationConfig.maxOutputTokens');
    }
    for (const candidateCount of [0, CHOICES_MAX + 1, 'x']) {
      const body = { contents, generationConfig: { candidateCount } };
      expect(paramOf(body)).toBe('generationConfig.candidateCount');
    }
  });

  it('is refused when a member that decides over money is spelt twice', () => {
    const twice = { maxOutputTokens: 9, max_output_tokens: 9_000 };
    expect(paramOf({ contents, generationConfig: twice })).toBe('maxOutputTokens');
    expect(paramOf({ contents, generationConfig: {}, generation_config: twice })).toBe(
      'generationConfig',
    );
  });

  it('may be a whole request inside another where tokens are counted', () => {
    const body = { generateContentRequest: { model: 'models/m', contents } };
    const counts = { ...path, countsOnly: true };
    expect(readGeminiRequest(body, counts).ok).toBe(true);
    expect(readGeminiRequest({ contents }, counts)).toEqual(readGeminiRequest({ contents }, path));
    expect(readGeminiRequest(body, path).ok).toBe(false);
  });

  it('is refused when it refers to what the provider’s account holds', () => {
    expect(paramOf({ contents, cachedContent: 'cachedContents/x' })).toBe('cachedContent');
    expect(paramOf({ contents, cached_content: 'cachedContents/x' })).toBe('cachedContent');
    expect(paramOf({ contents, continuationToken: 'x' })).toBe('continuationToken');
  });
});
