import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sandbox } from '../sandbox-server.js';
import { warmTokenCounter } from '../simulation/token-counter.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await Sandbox.start({ host: '127.0.0.1', port: 0, logPath: null });
  await warmTokenCounter();
});
beforeEach(() => sandbox.log.clear());
afterAll(() => sandbox.close());

/** Whatever came over the wire. */
type Json = Record<string, ReturnType<typeof JSON.parse>>;
const user = (...parts: Json[]): Json => ({ role: 'user', parts });
const plain = {
  contents: [user({ text: 'Hello there' })],
  generationConfig: { maxOutputTokens: 6 },
};
const tools = [
  {
    functionDeclarations: [
      {
        name: 'get_weather',
        parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
      },
    ],
  },
];

const ask = (body: object, method = 'generateContent', headers: Json = {}): Promise<Response> => {
  const [name, query] = method.split('?');
  const model = (headers['model'] as string | undefined) ?? 'sandbox-exact';
  return fetch(
    `http://127.0.0.1:${String(sandbox.port)}/gemini/v1beta/models/${model}:${name ?? ''}?${query ?? ''}`,
    {
      method: 'POST',
      headers: { 'x-goog-api-key': 'sandbox-a', ...headers },
      body: JSON.stringify(body),
    },
  );
};
const answer = async (body: object = {}, headers: Json = {}): Promise<Json> =>
  JSON.parse(await (await ask({ ...plain, ...body }, 'generateContent', headers)).text());
const refusal = async (body: object, headers: Json = {}): Promise<string> => {
  const response = await ask({ ...plain, ...body }, 'generateContent', headers);
  const { error } = (await response.json()) as Json;
  expect([response.status, error?.code, error?.status]).toEqual([400, 400, 'INVALID_ARGUMENT']);
  return String(error.message);
};
const chunks = async (body: object, headers: Json = {}): Promise<Json[]> => {
  const asked = { ...plain, ...body };
  const text = await (await ask(asked, 'streamGenerateContent?alt=sse', headers)).text();
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Json);
};

describe('the simulated Gemini provider', () => {
  it('answers exactly maxOutputTokens and logs the truth', async () => {
    const { candidates, usageMetadata } = await answer();
    expect(candidates[0]).toMatchObject({ finishReason: 'MAX_TOKENS', index: 0 });
    expect(usageMetadata).toMatchObject({
      promptTokenCount: 3,
      candidatesTokenCount: 6,
      totalTokenCount: 9,
    });
    expect(sandbox.log.since(0)[0]).toMatchObject({ promptTokens: 3, outputTokens: 6 });
  });

  it('streams events with growing usage, and a JSON array without alt=sse', async () => {
    const events = await chunks({});
    expect(events.map((it) => it['usageMetadata'].candidatesTokenCount as number)).toEqual([
      0, 1, 2, 3, 4, 5, 6,
    ]);
    expect(events.at(-1)?.['candidates'][0].finishReason).toBe('MAX_TOKENS');
    const array = (await (await ask(plain, 'streamGenerateContent')).json()) as Json[];
    expect(array).toHaveLength(7);
  });

  it('thinks and counts its thoughts beside the answer', async () => {
    const generationConfig = { thinkingConfig: { includeThoughts: true, thinkingBudget: 100 } };
    const fast = { model: 'sandbox-reasoner', 'x-sandbox-delay-ms': '0' };
    const { candidates, usageMetadata } = await answer({ generationConfig }, fast);
    expect(candidates[0].content.parts[0]).toMatchObject({ thought: true });
    expect(usageMetadata.thoughtsTokenCount).toBeGreaterThanOrEqual(64);
    expect(usageMetadata.totalTokenCount).toBe(
      Number(usageMetadata.promptTokenCount) +
        Number(usageMetadata.candidatesTokenCount) +
        Number(usageMetadata.thoughtsTokenCount),
    );
    const none = { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } };
    expect((await answer(none, fast))['usageMetadata']).not.toHaveProperty('thoughtsTokenCount');
  });

  it('calls functions in parallel and answers their responses with text', async () => {
    const contents = [user({ text: 'get_weather "Paris", get_weather "Rome"' })];
    const asked = { tools, contents, generationConfig: {} };
    const { candidates } = await answer(asked);
    const parts = candidates[0].content.parts as Json[];
    expect(parts.map((part) => part['functionCall'].args as Json)).toEqual([
      { city: 'Paris' },
      { city: 'Rome' },
    ]);
    const response = { functionResponse: { name: 'get_weather', response: { sky: 'clear' } } };
    const whole = [...contents, candidates[0].content as Json, user(response, response)];
    const after = await answer({ ...asked, contents: whole });
    expect(after['candidates'][0].content.parts[0].text).not.toBe('');
    const half = [...whole.slice(0, 2), user(response)];
    expect(await refusal({ ...asked, contents: half })).toContain('number of function response');
    expect(await refusal({ ...asked, contents: [user(response)] })).toContain(
      'immediately after a function call turn',
    );
  });

  it('wants its signature back with the call of a model that thinks', async () => {
    const model = { model: 'sandbox-reasoner', 'x-sandbox-delay-ms': '0' };
    const toolConfig = { functionCallingConfig: { mode: 'ANY' } };
    const asked = { tools, toolConfig, generationConfig: {} };
    const { candidates } = await answer(asked, model);
    const [part] = candidates[0].content.parts as Json[];
    expect(part?.['thoughtSignature']).toMatch(/./);
    const response = { functionResponse: { name: 'get_weather', response: {} } };
    const contents = (call: Json): Json[] => [
      ...plain.contents,
      { role: 'model', parts: [call] },
      user(response),
    ];
    expect((await ask({ tools, contents: contents(part!) }, 'generateContent', model)).status).toBe(
      200,
    );
    const unsigned = { functionCall: part?.['functionCall'] as Json };
    expect(await refusal({ tools, contents: contents(unsigned) }, model)).toContain(
      'missing a thought_signature',
    );
  });

  it('streams a call whole, and logs it', async () => {
    const toolConfig = { functionCallingConfig: { mode: 'ANY' } };
    const events = await chunks({ tools, toolConfig, generationConfig: {} });
    expect(events[0]?.['candidates'][0].content.parts[0].functionCall.name).toBe('get_weather');
    expect(sandbox.log.since(0)[0]?.outputTokens).toBe(
      events.at(-1)?.['usageMetadata'].candidatesTokenCount,
    );
  });

  it('answers JSON of a schema, reads a long prompt from its cache, and counts', async () => {
    const responseSchema = { type: 'OBJECT', properties: { n: { type: 'INTEGER' } } };
    const generationConfig = { responseMimeType: 'application/json', responseSchema };
    const { candidates } = await answer({ generationConfig });
    expect(JSON.parse(candidates[0].content.parts[0].text as string)).toEqual({ n: 7 });
    const contents = [user({ text: `${crypto.randomUUID()} ${'water '.repeat(2_000)}` })];
    expect((await answer({ contents }))['usageMetadata']).not.toHaveProperty(
      'cachedContentTokenCount',
    );
    const { usageMetadata } = await answer({ contents });
    expect(usageMetadata.cachedContentTokenCount).toBeGreaterThan(1_800);
    const counted = (await (await ask({ contents }, 'countTokens')).json()) as Json;
    expect(counted['totalTokens']).toBe(usageMetadata.promptTokenCount);
  });

  it.each([
    [{ contents: [] }, 'contents is not specified'],
    [{ contents: [{ role: 'assistant', parts: [{ text: 'x' }] }] }, 'valid role: user, model'],
    [{ contents: [{ role: 'user', parts: [] }] }, 'parts must not be empty'],
    [{ contents: [user({})] }, "required oneof field 'data'"],
    [{ max_tokens: 3 }, 'Unknown name "max_tokens": Cannot find field.'],
    [{ contents: [user({ text: 'x', cache_control: {} })] }, 'Unknown name "cache_control" at'],
    [{ generationConfig: { temperature: 'x' } }, 'generation_config.temperature'],
    [{ generationConfig: { temperature: 3 } }, 'must be in the range'],
    [{ generationConfig: { responseSchema: { type: 'OBJECT' } } }, 'only allowed when'],
    [{ tools: [{ functionDeclarations: [{ name: '1x' }] }] }, 'Invalid function name'],
    [
      { tools: [{ functionDeclarations: [{ name: 'x', parameters: { $schema: 'y' } }] }] },
      'Unknown name "$schema"',
    ],
  ])('refuses %j', async (body, problem) => {
    expect(await refusal(body)).toContain(problem);
  });

  it('takes snake_case names as Google does', async () => {
    const { candidates } = await answer({
      generationConfig: undefined,
      generation_config: { max_output_tokens: 3 },
    });
    expect(candidates[0].finishReason).toBe('MAX_TOKENS');
  });

  it('refuses a wrong credential and an unknown model as Google does', async () => {
    const wrong = (await (
      await ask(plain, 'generateContent', { 'x-goog-api-key': 'x' })
    ).json()) as Json;
    expect(wrong['error'].details[0].reason).toBe('API_KEY_INVALID');
    const none = await ask(plain, 'generateContent', { 'x-goog-api-key': '' });
    expect(none.status).toBe(403);
    const unknown = await ask(plain, 'generateContent', { model: 'gemini' });
    expect([unknown.status, ((await unknown.json()) as Json)['error'].status]).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });

  it('fails as its fault headers ask', async () => {
    const busy = await ask(plain, 'generateContent', {
      'x-sandbox-status': '429',
      'x-sandbox-retry-after': '2',
    });
    const { error } = (await busy.json()) as Json;
    expect([busy.status, error.status, error.details[0].retryDelay]).toEqual([
      429,
      'RESOURCE_EXHAUSTED',
      '2s',
    ]);
    const broken = await chunks({}, { 'x-sandbox-malformed': 'error-in-200' });
    expect(broken.at(-1)).toHaveProperty('error.status', 'UNAVAILABLE');
    const endless = await chunks({}, { 'x-sandbox-malformed': 'no-done' });
    expect(endless.at(-1)?.['candidates'][0]).not.toHaveProperty('finishReason');
    expect(await answer({}, { 'x-sandbox-no-usage': '1' })).not.toHaveProperty('usageMetadata');
    const blocked = await answer({}, { 'x-sandbox-finish': 'filter' });
    expect(blocked).toHaveProperty('promptFeedback.blockReason', 'PROHIBITED_CONTENT');
    const refused = await answer({}, { 'x-sandbox-finish': 'refusal' });
    expect(refused['candidates'][0].finishReason).toBe('SAFETY');
  });
});
