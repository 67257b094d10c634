import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateText,
  Output,
  RetryError,
  stepCountIs,
  streamText,
  tool,
  type LanguageModel,
} from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  CountingProxy,
  faultyModel,
  modelOver,
  newRequestId,
  SdkStack,
  UPSTREAMS,
  type Upstream,
} from './sdk-stack.js';

/** The AI SDK's providers, each speaking another dialect to the gateway. */
const PROVIDERS = {
  'openai-compatible': (url: string, apiKey: string) =>
    createOpenAICompatible({
      name: 'weir',
      baseURL: `${url}/v1`,
      apiKey,
      supportsStructuredOutputs: true,
      includeUsage: true,
    }),
  'openai chat': (url: string, apiKey: string) =>
    createOpenAI({ baseURL: `${url}/v1`, apiKey }).chat,
  'openai responses': (url: string, apiKey: string) =>
    createOpenAI({ baseURL: `${url}/v1`, apiKey }),
  anthropic: (url: string, apiKey: string) => createAnthropic({ baseURL: `${url}/v1`, apiKey }),
  google: (url: string, apiKey: string) =>
    createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey }),
} satisfies Record<string, (url: string, apiKey: string) => (model: string) => LanguageModel>;
type ProviderName = keyof typeof PROVIDERS;

const WAYS = (
  [
    'openai-compatible',
    'openai chat',
    'openai responses',
    'anthropic',
    'google',
  ] satisfies ProviderName[]
).flatMap((provider) => UPSTREAMS.map((upstream) => [provider, upstream] as const));

const get_weather = tool({
  description: 'The weather of a city.',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, sky: 'clear' }),
});

describe('a stranger with the Vercel AI SDK', () => {
  let weir: SdkStack;
  beforeAll(async () => {
    weir = await SdkStack.start();
  });
  afterAll(() => weir?.stop());

  const model = (provider: ProviderName, upstream: Upstream): LanguageModel =>
    PROVIDERS[provider](weir.url, weir.secret)(modelOver(upstream));
  const faulty = (provider: ProviderName, url: string, secret = weir.secret): LanguageModel =>
    PROVIDERS[provider](url, secret)(faultyModel('openai'));
  const as = (requestId: string, more: Record<string, string> = {}) => ({
    // Nothing is stored between requests, so the Responses provider must send items, not references.
    providerOptions: { openai: { store: false } },
    headers: { 'x-request-id': requestId, ...more },
    maxRetries: 0,
  });

  describe.each(WAYS)('by its provider %s over %s', (provider, upstream) => {
    it('generates text, billed as it was produced', async () => {
      const id = newRequestId();
      const { text, usage, finishReason } = await generateText({
        model: model(provider, upstream),
        instructions: 'Be brief.',
        prompt: 'What is a weir?',
        maxOutputTokens: 60,
        temperature: 0.5,
        ...as(id),
      });
      expect([text === '', finishReason]).toEqual([false, 'length']);
      const { made } = await weir.bill(id);
      expect([usage.inputTokens, usage.outputTokens]).toEqual([
        made[0]?.promptTokens,
        made[0]?.outputTokens,
      ]);
    });

    it('streams text', async () => {
      const id = newRequestId();
      const result = streamText({
        model: model(provider, upstream),
        prompt: 'Tell me of rivers',
        maxOutputTokens: 60,
        ...as(id),
      });
      let said = '';
      for await (const delta of result.textStream) said += delta;
      expect(said.length).toBeGreaterThan(60);
      const { made } = await weir.bill(id);
      expect((await result.usage).outputTokens).toBe(made[0]?.outputTokens);
    });

    it.each([false, true])(
      'runs tools in parallel over two steps, streamed: %s',
      async (streamed) => {
        const id = newRequestId();
        const options = {
          model: model(provider, upstream),
          tools: { get_weather },
          stopWhen: stepCountIs(3),
          prompt: 'Call get_weather for "Paris" and get_weather for "Rome".',
          maxOutputTokens: 200,
          ...as(id),
        };
        const result = streamed ? streamText(options) : await generateText(options);
        const [first, second] = await result.steps;
        expect(first?.toolResults.map(({ output }) => (output as { city: string }).city)).toEqual([
          'Paris',
          'Rome',
        ]);
        expect([first?.finishReason, second?.finishReason]).toEqual(['tool-calls', 'length']);
        expect(second?.text).not.toBe('');
        const { rows } = await weir.bill(id);
        expect(rows).toHaveLength(2);
      },
    );

    it('generates an object of a schema', async () => {
      const id = newRequestId();
      const { output } = await generateText({
        model: model(provider, upstream),
        output: Output.object({ schema: z.object({ subject: z.string(), depth: z.number() }) }),
        prompt: 'Describe a river as JSON.',
        maxOutputTokens: 200,
        ...as(id),
      });
      expect(output).toEqual({ subject: expect.any(String), depth: expect.any(Number) });
      await weir.bill(id);
    });
  });

  it.each(UPSTREAMS)(
    'is charged when it leaves a stream over %s, never nothing',
    async (upstream) => {
      const id = newRequestId();
      const abort = new AbortController();
      const result = streamText({
        model: model('openai-compatible', upstream),
        prompt: 'A long story',
        maxOutputTokens: 90,
        abortSignal: abort.signal,
        ...as(id, { 'x-sandbox-chunk-delay-ms': '20' }),
      });
      let deltas = 0;
      for await (const _ of result.textStream) if (++deltas === 5) abort.abort();
      const { rows } = await weir.bill(id);
      expect(rows[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
      expect(Number(rows[0]?.cost_nano)).toBeGreaterThan(0);
    },
  );

  it.each(['openai-compatible', 'anthropic', 'google'] as const)(
    'gets typed errors by its provider %s',
    async (provider) => {
      const failing = (options: { secret?: string; status?: string }) =>
        generateText({
          model: faulty(provider, weir.url, options.secret),
          prompt: 'x',
          maxOutputTokens: 20,
          ...as(newRequestId(), options.status ? { 'x-sandbox-status': options.status } : {}),
        }).catch((error: unknown) => error);
      const wrongKey = await failing({ secret: 'weir-sk-no' });
      expect(APICallError.isInstance(wrongKey) && wrongKey.statusCode).toBe(401);
      const refused = await failing({ status: '400' });
      expect(APICallError.isInstance(refused) && [refused.statusCode, refused.isRetryable]).toEqual(
        [400, false],
      );
      const broken = await failing({ status: '500' });
      expect(APICallError.isInstance(broken) && broken.isRetryable).toBe(true);
    },
  );

  it.each(['openai-compatible', 'anthropic', 'google'] as const)(
    'by its provider %s, does not retry when the balance is exhausted, but does on a failure',
    async (provider) => {
      const poor = await weir.refusedTenant('balance');
      const proxy = await CountingProxy.start(weir.url);
      try {
        const ask = (model: LanguageModel, headers: Record<string, string>) =>
          generateText({
            model,
            prompt: 'x',
            maxRetries: 1,
            headers,
          }).catch((error: unknown) => error);
        const refused = await ask(
          PROVIDERS[provider](proxy.url, poor.key.secret)(modelOver('openai')),
          {},
        );
        expect([refused, proxy.count]).toMatchObject([{ statusCode: 402 }, 1]);
        const failed = await ask(faulty(provider, proxy.url), { 'x-sandbox-status': '500' });
        expect(RetryError.isInstance(failed)).toBe(true);
        expect(proxy.count).toBe(3);
      } finally {
        await proxy.stop();
      }
    },
  );

  it('leaves balanced books', () => weir.books());
});
