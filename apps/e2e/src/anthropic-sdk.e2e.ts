import Anthropic from '@anthropic-ai/sdk';
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

/** The dialects that a client of Anthropic's reaches. */
const REACHED: readonly Upstream[] = ['openai', 'anthropic', 'gemini'];

const weather: Anthropic.Tool = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city'],
  },
};

describe('a stranger with the Anthropic SDK', () => {
  let weir: SdkStack;
  let client: Anthropic;
  beforeAll(async () => {
    weir = await SdkStack.start();
    client = new Anthropic({ baseURL: weir.url, apiKey: weir.secret, maxRetries: 0 });
  });
  afterAll(() => weir?.stop());

  const text = (message: Anthropic.Message): string =>
    message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  const as = (requestId: string, more: Record<string, string> = {}) => ({
    headers: { 'x-request-id': requestId, ...more },
  });
  const asks = (upstream: Upstream, content: string, max = 60) => ({
    model: modelOver(upstream),
    max_tokens: max,
    messages: [{ role: 'user' as const, content }],
  });

  describe.each(REACHED)('over %s', (upstream) => {
    it('gets an answer, billed as it was produced', async () => {
      const id = newRequestId();
      const message = await client.messages.create(
        { ...asks(upstream, 'What is a weir?'), system: 'Be brief.', temperature: 0.5 } as never,
        as(id),
      );
      expect(message).toMatchObject({
        type: 'message',
        role: 'assistant',
        stop_reason: 'max_tokens',
      });
      expect(text(message)).not.toBe('');
      expect(message._request_id).toBeTruthy();
      const { made } = await weir.bill(id);
      expect(message.usage.output_tokens).toBe(made[0]?.outputTokens);
      expect(message.usage.input_tokens).toBe(made[0]?.promptTokens);
    });

    it('streams with its own helper, event by event', async () => {
      const id = newRequestId();
      const stream = client.messages.stream(asks(upstream, 'Tell me of rivers'), as(id));
      let said = '';
      stream.on('text', (delta) => (said += delta));
      const message = await stream.finalMessage();
      expect(said).toBe(text(message));
      expect(message.stop_reason).toBe('max_tokens');
      const { made } = await weir.bill(id);
      expect(message.usage.output_tokens).toBe(made[0]?.outputTokens);
    });

    it.each([false, true])(
      'calls tools in parallel and answers them, streamed: %s',
      async (streamed) => {
        const ask = async (messages: Anthropic.MessageParam[]): Promise<Anthropic.Message> => {
          const id = newRequestId();
          const params = { ...asks(upstream, '', 200), tools: [weather], messages };
          const message = streamed
            ? await client.messages.stream(params, as(id)).finalMessage()
            : await client.messages.create(params, as(id));
          await weir.bill(id);
          return message;
        };
        const question = 'Call get_weather for "Paris" and get_weather for "Rome".';
        const messages: Anthropic.MessageParam[] = [{ role: 'user', content: question }];
        const asked = await ask(messages);
        const calls = asked.content.filter((block) => block.type === 'tool_use');
        expect(asked.stop_reason).toBe('tool_use');
        expect(calls.map(({ name, input }) => [name, (input as { city: string }).city])).toEqual([
          ['get_weather', 'Paris'],
          ['get_weather', 'Rome'],
        ]);
        expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
        messages.push(
          { role: 'assistant', content: asked.content as Anthropic.ContentBlockParam[] },
          {
            role: 'user',
            content: calls.map(({ id }, i) => ({
              type: 'tool_result',
              tool_use_id: id,
              content: i === 0 ? 'sunny' : [{ type: 'text', text: 'rain' }],
              is_error: i === 1,
            })),
          },
        );
        const answered = await ask(messages);
        expect([answered.stop_reason, text(answered).length > 0]).toEqual(['max_tokens', true]);
      },
    );

    it('forces a tool, one at a time where the provider can', async () => {
      const id = newRequestId();
      const { data, response } = await client.messages
        .create(
          {
            ...asks(upstream, 'get_weather and get_weather', 200),
            tools: [weather],
            tool_choice: { type: 'any', disable_parallel_tool_use: true },
          },
          as(id),
        )
        .withResponse();
      const calls = data.content.filter(({ type }) => type === 'tool_use');
      // Gemini has no such switch: the client is told that its wish was dropped.
      const dropped = response.headers.get('x-weir-dropped') ?? '';
      expect([calls.length, dropped.includes('parallel')]).toEqual(
        upstream === 'gemini' ? [2, true] : [1, false],
      );
      await weir.bill(id);
    });

    it('sees a picture and answers JSON of a schema', async () => {
      const id = newRequestId();
      const png = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64');
      const message = await client.messages.create(
        {
          ...asks(upstream, '', 200),
          messages: [
            {
              role: 'user',
              content: [
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
                { type: 'text', text: 'What is this? Answer in JSON.' },
              ],
            },
          ],
          output_config: {
            format: {
              type: 'json_schema',
              schema: {
                type: 'object',
                properties: { subject: { type: 'string' } },
                required: ['subject'],
                additionalProperties: false,
              },
            },
          },
        },
        as(id),
      );
      expect(JSON.parse(text(message))).toHaveProperty('subject');
      await weir.bill(id);
    });

    it('counts tokens without being charged', async () => {
      const { input_tokens } = await client.messages.countTokens({
        model: modelOver(upstream),
        messages: [{ role: 'user', content: 'How long is this?' }],
      });
      expect(input_tokens).toBeGreaterThan(3);
    });

    it('leaves in mid-stream and is charged for what was produced, never nothing', async () => {
      const id = newRequestId();
      const slow = as(id, { 'x-sandbox-chunk-delay-ms': '20' });
      const stream = await client.messages.create(
        { ...asks(upstream, 'A long story', 90), stream: true },
        slow,
      );
      let events = 0;
      for await (const _ of stream) if (++events === 6) break;
      const { rows } = await weir.bill(id);
      expect(rows[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
      expect(Number(rows[0]?.cost_nano)).toBeGreaterThan(0);
    });

    it('gets typed errors of its own dialect for what the provider refuses', async () => {
      const failing = (status: string) =>
        client.messages.create(
          { ...asks(upstream, 'x'), model: faultyModel(upstream) },
          as(newRequestId(), { 'x-sandbox-status': status }),
        );
      await expect(failing('400')).rejects.toBeInstanceOf(Anthropic.BadRequestError);
      await expect(failing('400')).rejects.toMatchObject({ type: 'invalid_request_error' });
      await expect(failing('500')).rejects.toBeInstanceOf(Anthropic.InternalServerError);
      await expect(failing('429')).rejects.toBeInstanceOf(Anthropic.APIError);
    });

    it('is told of an error in the middle of a stream', async () => {
      const id = newRequestId();
      const stream = client.messages.stream(
        { ...asks(upstream, 'x'), model: faultyModel(upstream) },
        as(id, { 'x-sandbox-malformed': 'error-in-200' }),
      );
      await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    });
  });

  it('thinks aloud and gets its signature back', async () => {
    const id = newRequestId();
    const params = {
      model: thinkingModel('anthropic'),
      max_tokens: 1_500,
      thinking: { type: 'enabled' as const, budget_tokens: 1_024 },
      tools: [weather],
      messages: [{ role: 'user' as const, content: 'get_weather please' }],
    };
    const fast = { 'x-sandbox-delay-ms': '0', 'x-sandbox-chunk-delay-ms': '0' };
    const message = await client.messages.stream(params, as(id, fast)).finalMessage();
    expect(message.content[0]).toMatchObject({ type: 'thinking', signature: expect.any(String) });
    const { made } = await weir.bill(id);
    expect(made[0]?.reasoningTokens).toBeGreaterThan(0);
    const call = message.content.find((block) => block.type === 'tool_use');
    const again = await client.messages.create(
      {
        ...params,
        messages: [
          ...params.messages,
          { role: 'assistant', content: message.content as Anthropic.ContentBlockParam[] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: call!.id, content: 'ok' }],
          },
        ],
      },
      as(newRequestId(), fast),
    );
    expect(again.stop_reason).toBe('end_turn');
  });

  it('keeps a prompt for five minutes or an hour, and pays each class its price', async () => {
    const long = `${crypto.randomUUID()} ${'water '.repeat(1_500)}`;
    const ask = async (ttl: '5m' | '1h', part: string): Promise<Anthropic.Usage> => {
      const id = newRequestId();
      const message = await client.messages.create(
        {
          ...asks('anthropic', 'And now?', 5),
          system: [
            { type: 'text', text: `${part} ${long}`, cache_control: { type: 'ephemeral', ttl } },
          ],
        },
        as(id),
      );
      await weir.bill(id);
      return message.usage;
    };
    const first = await ask('5m', 'a');
    expect(first.cache_creation?.ephemeral_5m_input_tokens).toBeGreaterThan(1_500);
    expect((await ask('5m', 'a')).cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect((await ask('1h', 'b')).cache_creation?.ephemeral_1h_input_tokens).toBeGreaterThan(1_500);
  });

  it('gets typed errors for a wrong key, an unknown model and no credit', async () => {
    const body = asks('anthropic', 'x');
    const stranger = new Anthropic({ baseURL: weir.url, apiKey: 'weir-sk-no', maxRetries: 0 });
    await expect(stranger.messages.create(body)).rejects.toMatchObject({
      status: 401,
      type: 'authentication_error',
      constructor: Anthropic.AuthenticationError,
    });
    await expect(client.messages.create({ ...body, model: 'no/such-model' })).rejects.toMatchObject(
      { status: 404, constructor: Anthropic.NotFoundError },
    );
    const { max_tokens: _, ...unbounded } = body;
    await expect(client.messages.create(unbounded as never)).rejects.toMatchObject({
      status: 400,
      constructor: Anthropic.BadRequestError,
    });
  });

  it.each(['balance', 'budget'] as const)('does not retry when the %s is exhausted', async (by) => {
    const poor = await weir.refusedTenant(by);
    const proxy = await CountingProxy.start(weir.url);
    try {
      const patient = new Anthropic({ baseURL: proxy.url, apiKey: poor.key.secret, maxRetries: 2 });
      const refused = patient.messages.create(asks('anthropic', 'x'));
      await expect(refused).rejects.toMatchObject({ status: by === 'balance' ? 402 : 429 });
      expect(proxy.count).toBe(1);
    } finally {
      await proxy.stop();
    }
  });

  it('retries what may succeed another time', async () => {
    const proxy = await CountingProxy.start(weir.url);
    try {
      const patient = new Anthropic({ baseURL: proxy.url, apiKey: weir.secret, maxRetries: 1 });
      const failing = patient.messages.create(
        { ...asks('anthropic', 'x'), model: faultyModel('anthropic') },
        as(newRequestId(), { 'x-sandbox-status': '500' }),
      );
      await expect(failing).rejects.toBeInstanceOf(Anthropic.InternalServerError);
      expect(proxy.count).toBe(2);
    } finally {
      await proxy.stop();
    }
  });

  it('leaves balanced books', () => weir.books());
});
