import {
  ApiError,
  createPartFromFunctionResponse,
  FunctionCallingConfigMode,
  GoogleGenAI,
  Type,
} from '@google/genai';
import type { Content, FunctionDeclaration, GenerateContentResponse } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountingProxy,
  faultyModel,
  modelOver,
  newRequestId,
  SdkStack,
  thinkingModel,
  type Upstream,
} from './sdk-stack.js';

/** The dialects that a client of Google's reaches. */
const REACHED: readonly Upstream[] = ['openai', 'anthropic', 'gemini'];

const weather: FunctionDeclaration = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: {
    type: Type.OBJECT,
    properties: { city: { type: Type.STRING }, days: { type: Type.INTEGER } },
    required: ['city'],
  },
};

describe('a stranger with the Google GenAI SDK', () => {
  let weir: SdkStack;
  let client: GoogleGenAI;
  beforeAll(async () => {
    weir = await SdkStack.start();
    client = at(weir.url, weir.secret);
  });
  afterAll(() => weir?.stop());

  const at = (baseUrl: string, apiKey: string): GoogleGenAI =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  const as = (requestId: string, more: Record<string, string> = {}) => ({
    httpOptions: { headers: { 'x-request-id': requestId, ...more } },
  });
  const failed = async (call: Promise<unknown>): Promise<ApiError> => {
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    return error as ApiError;
  };

  describe.each(REACHED)('over %s', (upstream) => {
    const model = modelOver(upstream);

    it('gets an answer, billed as it was produced', async () => {
      const id = newRequestId();
      const answer = await client.models.generateContent({
        model,
        contents: 'What is a weir?',
        config: {
          ...as(id),
          systemInstruction: 'Be brief.',
          maxOutputTokens: 60,
          temperature: 0.5,
          safetySettings: [],
        },
      });
      expect(answer.text).not.toBe('');
      expect(answer.candidates?.[0]?.finishReason).toBe('MAX_TOKENS');
      const { made } = await weir.bill(id);
      expect(answer.usageMetadata).toMatchObject({
        promptTokenCount: made[0]?.promptTokens,
        candidatesTokenCount: made[0]?.outputTokens,
      });
    });

    it('streams', async () => {
      const id = newRequestId();
      const stream = await client.models.generateContentStream({
        model,
        contents: 'Tell me of rivers',
        config: { ...as(id), maxOutputTokens: 60 },
      });
      let said = '';
      let last: GenerateContentResponse | undefined;
      for await (const chunk of stream) {
        said += chunk.text ?? '';
        last = chunk;
      }
      expect(said.length).toBeGreaterThan(60);
      expect(last?.candidates?.[0]?.finishReason).toBe('MAX_TOKENS');
      const { made } = await weir.bill(id);
      expect(last?.usageMetadata?.candidatesTokenCount).toBe(made[0]?.outputTokens);
    });

    it.each([false, true])(
      'calls functions in parallel and answers, streamed: %s',
      async (streamed) => {
        const ask = async (contents: Content[]): Promise<Content> => {
          const id = newRequestId();
          const config = {
            ...as(id),
            maxOutputTokens: 200,
            tools: [{ functionDeclarations: [weather] }],
          };
          const content: Content = { role: 'model', parts: [] };
          if (streamed) {
            const stream = await client.models.generateContentStream({ model, contents, config });
            for await (const chunk of stream) {
              content.parts?.push(...(chunk.candidates?.[0]?.content?.parts ?? []));
            }
            content.parts = content.parts?.filter((part) => part.text !== '') ?? [];
          } else {
            const answer = await client.models.generateContent({ model, contents, config });
            content.parts = answer.candidates?.[0]?.content?.parts ?? [];
          }
          await weir.bill(id);
          return content;
        };
        const question = 'Call get_weather for "Paris" and get_weather for "Rome".';
        const contents: Content[] = [{ role: 'user', parts: [{ text: question }] }];
        const asked = await ask(contents);
        const calls = asked.parts?.flatMap(({ functionCall }) => functionCall ?? []) ?? [];
        expect(calls.map(({ name, args }) => [name, args?.['city']])).toEqual([
          ['get_weather', 'Paris'],
          ['get_weather', 'Rome'],
        ]);
        contents.push(asked, {
          role: 'user',
          parts: calls.map(({ id, name }) => ({
            functionResponse: {
              ...(id ? { id } : {}),
              name: name ?? '',
              response: { sky: 'clear' },
            },
          })),
        });
        const answered = await ask(contents);
        expect(answered.parts?.[0]?.text).not.toBe('');
      },
    );

    it('forces a function', async () => {
      const id = newRequestId();
      const answer = await client.models.generateContent({
        model,
        contents: 'Whatever you like',
        config: {
          ...as(id),
          maxOutputTokens: 200,
          tools: [{ functionDeclarations: [weather] }],
          toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
        },
      });
      expect(answer.functionCalls).toHaveLength(1);
      await weir.bill(id);
    });

    it('sees a picture and answers JSON of a schema', async () => {
      const id = newRequestId();
      const data = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
      const answer = await client.models.generateContent({
        model,
        contents: [
          {
            role: 'user',
            parts: [{ inlineData: { mimeType: 'image/png', data } }, { text: 'What is this?' }],
          },
        ],
        config: {
          ...as(id),
          maxOutputTokens: 200,
          responseMimeType: 'application/json',
          responseSchema: {
            type: Type.OBJECT,
            properties: { subject: { type: Type.STRING } },
            required: ['subject'],
          },
        },
      });
      expect(JSON.parse(answer.text ?? '')).toHaveProperty('subject');
      await weir.bill(id);
    });

    it('counts tokens without being charged', async () => {
      const { totalTokens } = await client.models.countTokens({ model, contents: 'How long?' });
      expect(totalTokens).toBeGreaterThan(2);
    });

    it('leaves in mid-stream and is charged for what was produced, never nothing', async () => {
      const id = newRequestId();
      const abort = new AbortController();
      const stream = await client.models.generateContentStream({
        model,
        contents: 'A long story',
        config: {
          ...as(id, { 'x-sandbox-chunk-delay-ms': '20' }),
          maxOutputTokens: 90,
          abortSignal: abort.signal,
        },
      });
      const read = async (): Promise<void> => {
        let chunks = 0;
        for await (const _ of stream) if (++chunks === 5) abort.abort();
      };
      await expect(read()).rejects.toThrow();
      const { rows } = await weir.bill(id);
      expect(rows[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
      expect(Number(rows[0]?.cost_nano)).toBeGreaterThan(0);
    });

    it('gets errors of its own dialect for what the provider refuses', async () => {
      const failing = (status: string) =>
        failed(
          client.models.generateContent({
            model: faultyModel(upstream),
            contents: 'x',
            config: as(newRequestId(), { 'x-sandbox-status': status }),
          }),
        );
      const refused = await failing('400');
      expect(refused.status).toBe(400);
      expect(JSON.parse(refused.message)).toMatchObject({
        error: { code: 400, status: 'INVALID_ARGUMENT' },
      });
      expect((await failing('500')).status).toBe(502);
    });
  });

  it('thinks aloud and gets its signature back with the call', async () => {
    const config = {
      tools: [{ functionDeclarations: [weather] }],
      thinkingConfig: { includeThoughts: true, thinkingBudget: 200 },
      maxOutputTokens: 1_000,
    };
    const fast = { 'x-sandbox-delay-ms': '0', 'x-sandbox-chunk-delay-ms': '0' };
    const id = newRequestId();
    const model = thinkingModel('gemini');
    const question: Content = { role: 'user', parts: [{ text: 'get_weather please' }] };
    const answer = await client.models.generateContent({
      model,
      contents: [question],
      config: { ...config, ...as(id, fast) },
    });
    const content = answer.candidates?.[0]?.content;
    expect(content?.parts?.[0]).toMatchObject({ thought: true });
    const { made } = await weir.bill(id);
    expect(answer.usageMetadata?.thoughtsTokenCount).toBe(made[0]?.reasoningTokens);
    const again = await client.models.generateContent({
      model,
      contents: [
        question,
        content!,
        {
          role: 'user',
          parts: [createPartFromFunctionResponse('', 'get_weather', { sky: 'clear' })],
        },
      ],
      config: { ...config, ...as(newRequestId(), fast) },
    });
    expect(again.text).not.toBe('');
  });

  it('reads a long prompt from the cache and pays less for it', async () => {
    const contents = `${crypto.randomUUID()} ${'water '.repeat(2_000)}`;
    const ask = async (): Promise<number> => {
      const id = newRequestId();
      const config = { ...as(id), maxOutputTokens: 5 };
      const answer = await client.models.generateContent({
        model: modelOver('gemini'),
        contents,
        config,
      });
      await weir.bill(id);
      return answer.usageMetadata?.cachedContentTokenCount ?? 0;
    };
    expect(await ask()).toBe(0);
    expect(await ask()).toBeGreaterThan(1_800);
  });

  it('gets errors for a wrong key, an unknown model and an unknown member', async () => {
    const model = modelOver('gemini');
    const stranger = at(weir.url, 'weir-sk-no');
    const wrong = await failed(stranger.models.generateContent({ model, contents: 'x' }));
    expect(wrong.status).toBe(401);
    expect(JSON.parse(wrong.message)).toMatchObject({ error: { status: 'UNAUTHENTICATED' } });
    const unknown = await failed(
      client.models.generateContent({ model: 'no/such-model', contents: 'x' }),
    );
    expect(unknown.status).toBe(404);
  });

  it.each(['balance', 'budget'] as const)('does not retry when the %s is exhausted', async (by) => {
    const poor = await weir.refusedTenant(by);
    const proxy = await CountingProxy.start(weir.url);
    try {
      const refused = await failed(
        at(proxy.url, poor.key.secret).models.generateContent({
          model: modelOver('gemini'),
          contents: 'x',
        }),
      );
      expect(refused.status).toBe(by === 'balance' ? 402 : 429);
      expect(proxy.count).toBe(1);
    } finally {
      await proxy.stop();
    }
  });

  it('retries what may succeed another time, where it is told to', async () => {
    const proxy = await CountingProxy.start(weir.url);
    try {
      const headers = { 'x-sandbox-status': '503' };
      const patient = new GoogleGenAI({
        apiKey: weir.secret,
        httpOptions: {
          baseUrl: proxy.url,
          headers,
          retryOptions: { attempts: 2, initialDelay: 0.01 },
        },
      });
      await failed(patient.models.generateContent({ model: faultyModel('gemini'), contents: 'x' }));
      expect(proxy.count).toBe(2);
    } finally {
      await proxy.stop();
    }
  });

  it('leaves balanced books', () => weir.books());
});
