import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CountingProxy,
  faultyModel,
  modelOver,
  newRequestId,
  SdkStack,
  type Upstream,
} from './sdk-stack.js';

/** The dialects that each of OpenAI's own interfaces reaches. */
const CHAT_REACHES: readonly Upstream[] = ['openai', 'anthropic', 'gemini'];
const RESPONSES_REACH: readonly Upstream[] = ['openai', 'anthropic', 'gemini'];
const COMPLETIONS_REACH: readonly Upstream[] = ['openai', 'anthropic', 'gemini'];

const parameters = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
};
const weather: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: { name: 'get_weather', description: 'The weather of a city.', parameters },
};
const flatWeather: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters,
  strict: true,
};
const QUESTION = 'Call get_weather for "Paris" and get_weather for "Rome".';

describe('a stranger with the OpenAI SDK, over every dialect', () => {
  let weir: SdkStack;
  let client: OpenAI;
  beforeAll(async () => {
    weir = await SdkStack.start();
    client = at(weir.url, weir.secret, 0);
  });
  afterAll(() => weir?.stop());

  const at = (url: string, apiKey: string, maxRetries: number): OpenAI =>
    new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries });
  const as = (requestId: string, more: Record<string, string> = {}) => ({
    headers: { 'x-request-id': requestId, ...more },
  });
  const asks = (upstream: Upstream, content: string, max = 60) => ({
    model: modelOver(upstream),
    max_completion_tokens: max,
    messages: [{ role: 'user' as const, content }],
  });

  describe.each(CHAT_REACHES)('chat completions over %s', (upstream) => {
    it('get an answer, billed as it was produced', async () => {
      const id = newRequestId();
      const { choices, usage } = await client.chat.completions.create(
        {
          ...asks(upstream, ''),
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'What is a weir?' },
          ],
          temperature: 0.5,
        },
        as(id),
      );
      expect(choices[0]?.message.content).not.toBe('');
      expect(choices[0]?.finish_reason).toBe('length');
      const { made } = await weir.bill(id);
      expect(usage).toMatchObject({
        prompt_tokens: made[0]?.promptTokens,
        completion_tokens: made[0]?.outputTokens,
      });
    });

    it('stream, with usage where it is asked for', async () => {
      const id = newRequestId();
      const stream = await client.chat.completions.create(
        {
          ...asks(upstream, 'Tell me of rivers'),
          stream: true,
          stream_options: { include_usage: true },
        },
        as(id),
      );
      let said = '';
      let produced = 0;
      for await (const chunk of stream) {
        said += chunk.choices[0]?.delta.content ?? '';
        produced = chunk.usage?.completion_tokens ?? produced;
      }
      expect(said.length).toBeGreaterThan(60);
      const { made } = await weir.bill(id);
      expect(produced).toBe(made[0]?.outputTokens);
    });

    it.each([false, true])('call tools in parallel and answer, streamed: %s', async (streamed) => {
      const ask = async (messages: OpenAI.ChatCompletionMessageParam[]) => {
        const id = newRequestId();
        const params = { ...asks(upstream, '', 200), tools: [weather], messages };
        const answer = streamed
          ? await client.chat.completions.stream(params, as(id)).finalChatCompletion()
          : await client.chat.completions.create(params, as(id));
        await weir.bill(id);
        return answer.choices[0]!;
      };
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: QUESTION }];
      const asked = await ask(messages);
      expect(asked.finish_reason).toBe('tool_calls');
      const calls = (asked.message.tool_calls ?? []).filter((call) => call.type === 'function');
      expect(
        calls.map(({ function: { name, arguments: given } }) => [
          name,
          (JSON.parse(given) as { city: string }).city,
        ]),
      ).toEqual([
        ['get_weather', 'Paris'],
        ['get_weather', 'Rome'],
      ]);
      messages.push(
        asked.message,
        ...calls.map(({ id }) => ({
          role: 'tool' as const,
          tool_call_id: id,
          content: 'sunny',
        })),
      );
      const answered = await ask(messages);
      expect([answered.finish_reason, answered.message.content === '']).toEqual(['length', false]);
    });

    it('force a tool, one at a time', async () => {
      const id = newRequestId();
      const { choices } = await client.chat.completions.create(
        {
          ...asks(upstream, 'get_weather and get_weather', 200),
          tools: [weather],
          tool_choice: { type: 'function', function: { name: 'get_weather' } },
          parallel_tool_calls: false,
        },
        as(id),
      );
      expect(choices[0]?.message.tool_calls?.length).toBeGreaterThanOrEqual(1);
      await weir.bill(id);
    });

    it('see a picture and answer JSON of a schema', async () => {
      const id = newRequestId();
      const url = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')}`;
      const { choices } = await client.chat.completions.parse(
        {
          ...asks(upstream, '', 200),
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'What is this?' },
                { type: 'image_url', image_url: { url } },
              ],
            },
          ],
          response_format: {
            type: 'json_schema',
            json_schema: {
              name: 'subject',
              strict: true,
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
      expect(choices[0]?.message.parsed).toHaveProperty('subject');
      await weir.bill(id);
    });

    it('may be left in mid-stream, and are charged for what was produced, never nothing', async () => {
      const id = newRequestId();
      const stream = await client.chat.completions.create(
        { ...asks(upstream, 'A long story', 90), stream: true },
        as(id, { 'x-sandbox-chunk-delay-ms': '20' }),
      );
      let chunks = 0;
      for await (const _ of stream) if (++chunks === 5) break;
      const { rows } = await weir.bill(id);
      expect(rows[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
      expect(Number(rows[0]?.cost_nano)).toBeGreaterThan(0);
    });

    it('fail with typed errors for what the provider refuses', async () => {
      const failing = (status: string) =>
        client.chat.completions.create(
          { ...asks(upstream, 'x'), model: faultyModel(upstream) },
          as(newRequestId(), { 'x-sandbox-status': status }),
        );
      await expect(failing('400')).rejects.toBeInstanceOf(OpenAI.BadRequestError);
      await expect(failing('400')).rejects.toMatchObject({ type: 'invalid_request_error' });
      await expect(failing('500')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    });
  });

  describe.each(RESPONSES_REACH)('responses over %s', (upstream) => {
    it('get an answer, billed as it was produced', async () => {
      const id = newRequestId();
      const response = await client.responses.create(
        {
          model: modelOver(upstream),
          instructions: 'Be brief.',
          input: 'What is a weir?',
          max_output_tokens: 60,
        },
        as(id),
      );
      expect(response.output_text).not.toBe('');
      expect(response.incomplete_details?.reason).toBe('max_output_tokens');
      const { made } = await weir.bill(id);
      expect(response.usage).toMatchObject({
        input_tokens: made[0]?.promptTokens,
        output_tokens: made[0]?.outputTokens,
      });
    });

    it('stream with the SDK’s own helper', async () => {
      const id = newRequestId();
      const stream = client.responses.stream(
        { model: modelOver(upstream), input: 'Tell me of rivers', max_output_tokens: 60 },
        as(id),
      );
      let said = '';
      for await (const event of stream) {
        if (event.type === 'response.output_text.delta') said += event.delta;
      }
      const response = await stream.finalResponse();
      expect(said).toBe(response.output_text);
      const { made } = await weir.bill(id);
      expect(response.usage?.output_tokens).toBe(made[0]?.outputTokens);
    });

    it.each([false, true])(
      'call functions in parallel and answer, streamed: %s',
      async (streamed) => {
        const ask = async (input: OpenAI.Responses.ResponseInputItem[]) => {
          const id = newRequestId();
          const params = {
            model: modelOver(upstream),
            max_output_tokens: 200,
            tools: [flatWeather],
            input,
          };
          const response = streamed
            ? await client.responses.stream(params, as(id)).finalResponse()
            : await client.responses.create(params, as(id));
          await weir.bill(id);
          return response;
        };
        const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: QUESTION }];
        const asked = await ask(input);
        const calls = asked.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
        expect(calls.map((call) => (JSON.parse(call.arguments) as { city: string }).city)).toEqual([
          'Paris',
          'Rome',
        ]);
        for (const { call_id, name, arguments: given } of calls) {
          input.push({ type: 'function_call', call_id, name, arguments: given });
        }
        for (const { call_id } of calls) {
          input.push({ type: 'function_call_output', call_id, output: 'sunny' });
        }
        expect((await ask(input)).output_text).not.toBe('');
      },
    );

    it('may be left in mid-stream, and are charged', async () => {
      const id = newRequestId();
      const stream = await client.responses.create(
        {
          model: modelOver(upstream),
          input: 'A long story',
          max_output_tokens: 90,
          stream: true,
        },
        as(id, { 'x-sandbox-chunk-delay-ms': '20' }),
      );
      let events = 0;
      for await (const _ of stream) if (++events === 9) break;
      const { rows } = await weir.bill(id);
      expect(rows[0]).toMatchObject({ status: 'client_closed', source: 'drained' });
    });
  });

  describe.each(COMPLETIONS_REACH)('completions over %s', (upstream) => {
    it('continue a prompt, streamed and not', async () => {
      const params = { model: modelOver(upstream), prompt: 'Once upon a weir', max_tokens: 30 };
      const whole = newRequestId();
      const answer = await client.completions.create(params, as(whole));
      expect(answer.choices[0]?.text).not.toBe('');
      const { made } = await weir.bill(whole);
      expect(answer.usage?.completion_tokens).toBe(made[0]?.outputTokens);
      const streamed = newRequestId();
      let said = '';
      const stream = await client.completions.create({ ...params, stream: true }, as(streamed));
      for await (const chunk of stream) said += chunk.choices[0]?.text ?? '';
      expect(said.length).toBeGreaterThan(30);
      await weir.bill(streamed);
    });
  });

  it.each(['balance', 'budget'] as const)('does not retry when the %s is exhausted', async (by) => {
    const poor = await weir.refusedTenant(by);
    const proxy = await CountingProxy.start(weir.url);
    try {
      const patient = at(proxy.url, poor.key.secret, 2);
      await expect(patient.chat.completions.create(asks('openai', 'x'))).rejects.toMatchObject(
        by === 'balance'
          ? { status: 402, code: 'insufficient_balance' }
          : { status: 429, code: 'budget_exceeded' },
      );
      expect(proxy.count).toBe(1);
    } finally {
      await proxy.stop();
    }
  });

  it('retries what may succeed another time', async () => {
    const proxy = await CountingProxy.start(weir.url);
    try {
      const failing = at(proxy.url, weir.secret, 1).chat.completions.create(
        { ...asks('openai', 'x'), model: faultyModel('openai') },
        as(newRequestId(), { 'x-sandbox-status': '500' }),
      );
      await expect(failing).rejects.toBeInstanceOf(OpenAI.InternalServerError);
      expect(proxy.count).toBe(2);
    } finally {
      await proxy.stop();
    }
  });

  it('leaves balanced books', () => weir.books());
});
