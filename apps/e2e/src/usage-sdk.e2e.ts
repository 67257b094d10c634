import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@weir/test-kit';
import {
  modelOver,
  newRequestId,
  SdkStack,
  thinkingModel,
  UPSTREAMS,
  type Made,
  type Row,
} from './sdk-stack.js';

/** Tokens that dialects count around the texts of a short prompt, at most. */
const PROMPT_FRAME_TOKENS = 20;
const QUICK = { 'x-sandbox-delay-ms': '0', 'x-sandbox-chunk-delay-ms': '0' };

describe.each(UPSTREAMS)('what a client is charged over %s', (upstream) => {
  let weir: SdkStack;
  let openai: OpenAI;
  let anthropic: Anthropic;
  let google: GoogleGenAI;
  beforeAll(async () => {
    weir = await SdkStack.start();
    const { url, secret } = weir;
    openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: secret, maxRetries: 0 });
    anthropic = new Anthropic({ baseURL: url, apiKey: secret, maxRetries: 0 });
    google = new GoogleGenAI({ apiKey: secret, httpOptions: { baseUrl: url } });
  });
  afterAll(() => weir?.stop());

  const as = (requestId: string, more: Record<string, string> = {}) => ({
    headers: { 'x-request-id': requestId, ...more },
  });
  const asks = (content: string, max = 60) => ({
    model: modelOver(upstream),
    max_completion_tokens: max,
    messages: [{ role: 'user' as const, content }],
  });
  /** Counting is ours: never more output than was produced, and the prompt but for the marks around its texts. */
  const holdCounted = ({ row, made }: { row: Row; made: Made }): void => {
    expect(Number(row.cost_nano)).toBeGreaterThan(0);
    expect(row.output_tokens).toBeLessThanOrEqual(made.outputTokens);
    expect(row.input_tokens).toBeLessThanOrEqual(made.promptTokens + PROMPT_FRAME_TOKENS);
  };
  /** The one row and the one production of a call, once it is settled; prices are for the test to hold. */
  const settled = (requestId: string): Promise<{ row: Row; made: Made }> =>
    eventually(async () => {
      const [row] = await weir.rows(requestId);
      const made = (await weir.made()).find((one) => one.requestId === requestId);
      if (!row || !made) throw new Error('not settled yet');
      return { row, made };
    }, 45_000);

  it('tells OpenAI’s client what was thought, and bills it', async () => {
    const id = newRequestId();
    const { usage } = await openai.chat.completions.create(
      {
        ...asks('Think well', 4_000),
        model: thinkingModel(upstream),
        reasoning_effort: 'medium',
      },
      as(id, QUICK),
    );
    const { made } = await weir.bill(id);
    expect(made[0]?.reasoningTokens).toBeGreaterThan(0);
    expect(usage).toMatchObject({
      completion_tokens: made[0]?.outputTokens,
      completion_tokens_details: { reasoning_tokens: made[0]?.reasoningTokens },
    });
  });

  it('tells Google’s client what was thought, and bills it', async () => {
    const id = newRequestId();
    const { usageMetadata } = await google.models.generateContent({
      model: thinkingModel(upstream),
      contents: 'Think well',
      config: {
        maxOutputTokens: 4_000,
        thinkingConfig: { thinkingBudget: 2_000 },
        httpOptions: as(id, QUICK),
      },
    });
    const { made } = await weir.bill(id);
    expect(made[0]?.reasoningTokens).toBeGreaterThan(0);
    expect(usageMetadata?.thoughtsTokenCount).toBe(made[0]?.reasoningTokens);
  });

  it('tells Anthropic’s client what was thought, and bills it', async () => {
    const id = newRequestId();
    const message = await anthropic.messages.create(
      {
        model: thinkingModel(upstream),
        max_tokens: 4_000,
        thinking: { type: 'enabled', budget_tokens: 2_000 },
        messages: [{ role: 'user', content: 'Think well' }],
      },
      as(id, QUICK),
    );
    const { made } = await weir.bill(id);
    expect(made[0]?.reasoningTokens).toBeGreaterThan(0);
    expect(message.usage.output_tokens).toBe(made[0]?.outputTokens);
  });

  it('pays a prompt read from the cache its own price, and every client is told', async () => {
    const long = `${crypto.randomUUID()} ${'water '.repeat(2_000)}`;
    const system = {
      type: 'text' as const,
      text: long,
      cache_control: { type: 'ephemeral' as const },
    };
    const ask = async (): Promise<Anthropic.Usage> => {
      const id = newRequestId();
      const { usage } = await anthropic.messages.create(
        {
          model: modelOver(upstream),
          max_tokens: 5,
          system: [system],
          messages: [{ role: 'user', content: 'And now?' }],
        },
        as(id),
      );
      const { made } = await weir.bill(id);
      expect(usage.cache_read_input_tokens ?? 0).toBe(made[0]?.cachedTokens);
      return usage;
    };
    expect((await ask()).cache_read_input_tokens ?? 0).toBe(0);
    expect((await ask()).cache_read_input_tokens).toBeGreaterThan(1_800);
    const id = newRequestId();
    const { usage } = await openai.chat.completions.create(
      {
        ...asks('', 5),
        messages: [
          { role: 'system', content: [system] },
          { role: 'user', content: 'And now?' },
        ],
      },
      as(id),
    );
    const { made } = await weir.bill(id);
    expect(usage?.prompt_tokens_details?.cached_tokens ?? 0).toBe(made[0]?.cachedTokens);
    expect(usage?.prompt_tokens).toBe(made[0]?.promptTokens);
  });

  it('charges a whole answer that nobody waited for', async () => {
    const id = newRequestId();
    const abort = new AbortController();
    const call = openai.chat.completions.create(asks('x', 40), {
      ...as(id, { 'x-sandbox-delay-ms': '1500' }),
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 500);
    await expect(call).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    const { rows } = await weir.bill(id);
    expect(rows[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
  });

  it.each([true, false])(
    'counts what came where no usage is told, streamed: %s',
    async (stream) => {
      const id = newRequestId();
      const answer = await openai.chat.completions.create(
        { ...asks('What is a weir?', 50), stream } as never,
        as(id, { 'x-sandbox-no-usage': '1' }),
      );
      if (stream) for await (const _ of answer as unknown as AsyncIterable<unknown>);
      const both = await settled(id);
      expect(both.row).toMatchObject({ status: 'ok', source: 'counted' });
      holdCounted(both);
    },
  );

  it.each(['negative-usage', 'huge-usage', 'float-usage', 'null-usage'])(
    'trusts no %s',
    async (malformed) => {
      const id = newRequestId();
      const stream = await openai.chat.completions.create(
        { ...asks('What is a weir?', 50), stream: true },
        as(id, { 'x-sandbox-malformed': malformed }),
      );
      for await (const _ of stream);
      const both = await settled(id);
      expect(both.row.source).toBe('counted');
      holdCounted(both);
    },
  );

  it('counts of a prompt with tools what is there, not what a provider might add', async () => {
    const id = newRequestId();
    const prompt = {
      model: modelOver(upstream),
      messages: [{ role: 'user' as const, content: 'Hello' }],
      tools: [{ name: 'x', input_schema: { type: 'object' as const } }],
    };
    await anthropic.messages.create(
      { ...prompt, max_tokens: 40 },
      as(id, { 'x-sandbox-no-usage': '1' }),
    );
    holdCounted(await settled(id));
    const { input_tokens } = await anthropic.messages.countTokens(prompt);
    expect(input_tokens).toBeLessThan(60);
  });

  it('takes a usage of zero at its word', async () => {
    const id = newRequestId();
    await openai.chat.completions.create(
      asks('What is a weir?', 50),
      as(id, { 'x-sandbox-malformed': 'zero-usage' }),
    );
    const { row } = await settled(id);
    expect(row).toMatchObject({ status: 'ok', source: 'reported', cost_nano: '0' });
  });

  it.each([
    ['a cut connection', { 'x-sandbox-cut-after-bytes': '3000' }],
    ['an error inside', { 'x-sandbox-malformed': 'error-in-200' }],
  ])('tells each client of %s in its stream, and charges what came', async (_, faults) => {
    const read = {
      openai: async (id: string) => {
        const stream = await openai.chat.completions.create(
          { ...asks('A long story', 200), stream: true },
          as(id, faults),
        );
        for await (const _ of stream);
      },
      anthropic: async (id: string) => {
        const body = { ...asks('A long story'), max_tokens: 200 };
        const { max_completion_tokens: _, ...rest } = body;
        const stream = await anthropic.messages.create({ ...rest, stream: true }, as(id, faults));
        for await (const _ of stream);
      },
    };
    for (const client of ['openai', 'anthropic'] as const) {
      const id = newRequestId();
      await expect(read[client](id), client).rejects.toThrow();
      holdCounted(await settled(id));
    }
  });

  it.each(['crlf', 'cr', 'split-utf8'])('reads a stream with %s to its end', async (malformed) => {
    const id = newRequestId();
    const stream = await openai.chat.completions.create(
      { ...asks('What is a weir?', 40), stream: true },
      as(id, { 'x-sandbox-malformed': malformed }),
    );
    let said = '';
    for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? '';
    if (malformed === 'split-utf8') expect(said).toContain('Grüße 水 🌊');
    expect(said.length).toBeGreaterThan(40);
    await settled(id);
  });

  it.each(['no-done', 'broken-json'])('says or mends what is wrong with %s', async (malformed) => {
    const id = newRequestId();
    const stream = await openai.chat.completions.create(
      { ...asks('What is a weir?', 40), stream: true },
      as(id, { 'x-sandbox-malformed': malformed }),
    );
    const read = async (): Promise<string> => {
      let said = '';
      for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? '';
      return said;
    };
    // The same dialect's bytes pass untouched, broken ones too; a Gemini answer without its reason did not end.
    const isTold =
      (malformed === 'broken-json' && upstream === 'openai') ||
      (malformed === 'no-done' && upstream === 'gemini');
    if (isTold) await expect(read()).rejects.toThrow();
    else expect((await read()).length).toBeGreaterThan(40);
    const { row, made } = await settled(id);
    expect(Number(row.cost_nano)).toBeGreaterThan(0);
    expect(row.output_tokens).toBeLessThanOrEqual(made.outputTokens);
  });

  it('leaves balanced books', () => weir.books());
});
