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
const user = (content: unknown): Json => ({ role: 'user', content });
const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
  required: ['city', 'days'],
  additionalProperties: false,
};
const weather = { type: 'function', function: { name: 'get_weather', parameters: schema } };
const chat = { model: 'sandbox-exact', max_tokens: 90, messages: [user('Hello')] };
const response = { model: 'sandbox-exact', max_output_tokens: 16, input: 'Hello' };
const bearer = { authorization: 'Bearer sandbox-a' };

const ask = (path: string, body: object | FormData, headers: Json = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${String(sandbox.port)}/openai/v1${path}`, {
    method: 'POST',
    headers: { ...bearer, ...headers },
    body: body instanceof FormData ? body : JSON.stringify(body),
  });
const answer = async (path: string, body: object, headers: Json = {}): Promise<Json> =>
  JSON.parse(await (await ask(path, body, headers)).text());
const events = async (path: string, body: object, headers: Json = {}): Promise<Json[]> => {
  const text = await (await ask(path, { ...body, stream: true }, headers)).text();
  return [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data ?? '') as Json);
};
const refusal = async (path: string, body: object): Promise<string> => {
  const refused = await ask(path, body);
  const { error } = (await refused.json()) as Json;
  expect([refused.status, error?.type]).toEqual([400, 'invalid_request_error']);
  return String(error.message);
};

describe('chat completions with tools', () => {
  const asked = { ...chat, tools: [weather], messages: [user('get_weather "Rome" get_weather')] };

  it('calls what the user names, in parallel, with arguments that fit the schema', async () => {
    const { choices, usage } = await answer('/chat/completions', asked);
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    const calls = choices[0].message.tool_calls as Json[];
    expect(JSON.parse(calls[0]?.['function'].arguments as string)).toEqual({
      city: 'Rome',
      days: 2,
    });
    expect(calls).toHaveLength(2);
    expect(sandbox.log.since(0)[0]?.outputTokens).toBe(usage.completion_tokens);
    const alone = await answer('/chat/completions', { ...asked, parallel_tool_calls: false });
    expect(alone['choices'][0].message.tool_calls).toHaveLength(1);
  });

  it('streams them, an index each', async () => {
    const chunks = await events('/chat/completions', asked);
    const pieces = ['', ''];
    for (const chunk of chunks) {
      for (const call of (chunk['choices'][0]?.delta.tool_calls ?? []) as Json[]) {
        const index = call['index'] as number;
        pieces[index] = (pieces[index] ?? '') + String(call['function'].arguments);
      }
    }
    expect(pieces.map((piece) => (JSON.parse(piece) as Json)['days'] as number)).toEqual([2, 2]);
  });

  it('takes the answers to its calls, and nothing else', async () => {
    const { choices } = await answer('/chat/completions', asked);
    const message = choices[0].message as Json;
    const results = (message['tool_calls'] as Json[]).map(({ id }) => ({
      role: 'tool',
      tool_call_id: id as string,
      content: 'sunny',
    }));
    const messages = [...asked.messages, message, ...results];
    const after = await answer('/chat/completions', { ...asked, messages });
    expect(after['choices'][0].finish_reason).toBe('length');
    const half = { ...asked, messages: messages.slice(0, 3) };
    expect(await refusal('/chat/completions', half)).toContain('must be followed by tool messages');
    const odd = { ...asked, messages: [...asked.messages, ...results] };
    expect(await refusal('/chat/completions', odd)).toContain("role 'tool' must be a response");
  });

  it('cuts a call at the bound of tokens', async () => {
    const { choices } = await answer('/chat/completions', { ...asked, max_tokens: 5 });
    expect(choices[0].finish_reason).toBe('length');
  });

  it('answers JSON of a schema and stops at a stop sequence', async () => {
    const format = { type: 'json_schema', json_schema: { name: 'a', strict: true, schema } };
    const json = await answer('/chat/completions', { ...chat, response_format: format });
    const content = JSON.parse(json['choices'][0].message.content as string) as Json;
    expect(content).toMatchObject({ days: 2 });
    const stopped = await answer('/chat/completions', { ...chat, max_tokens: 900, stop: 'water' });
    expect(stopped['choices'][0].finish_reason).toBe('stop');
    expect(stopped['choices'][0].message.content).not.toContain('water');
  });

  it.each([
    [{ top_k: 3 }, 'Unrecognized request argument supplied: top_k'],
    [{ messages: [{ role: 'model', content: 'x' }] }, "Invalid value: 'model'"],
    [{ messages: [user(null)] }, 'got null'],
    [{ messages: [user([{ type: 'input_text', text: 'x' }])] }, "Invalid value: 'input_text'"],
    [{ max_completion_tokens: 3 }, 'at the same time is not supported'],
    [{ tool_choice: 'auto' }, "only allowed when 'tools' are specified"],
    [{ response_format: { type: 'json_object' } }, "must contain the word 'json'"],
    [{ temperature: 3 }, "Invalid 'temperature'"],
    [{ stop: ['1', '2', '3', '4', '5'] }, "Invalid 'stop'"],
  ])('refuses %j', async (more, problem) => {
    expect(await refusal('/chat/completions', { ...chat, ...more })).toContain(problem);
  });

  it('declines or is filtered where a fault asks for it', async () => {
    const finish = async (finish: string): Promise<Json> =>
      (await answer('/chat/completions', chat, { 'x-sandbox-finish': finish }))[
        'choices'
      ][0] as Json;
    expect((await finish('refusal'))['message'].refusal).toMatch(/cannot/);
    expect((await finish('filter'))['finish_reason']).toBe('content_filter');
  });
});

describe('responses', () => {
  it('answer with items, status and usage', async () => {
    const { output, status, usage, incomplete_details } = await answer('/responses', response);
    expect([status, incomplete_details]).toEqual(['incomplete', { reason: 'max_output_tokens' }]);
    expect(output[0]).toMatchObject({ type: 'message', content: [{ type: 'output_text' }] });
    expect(usage).toMatchObject({
      output_tokens: 16,
      total_tokens: Number(usage.input_tokens) + 16,
    });
  });

  it('stream named events in sequence, the whole answer last', async () => {
    const stream = await events('/responses', response);
    expect(stream.map((event) => event['sequence_number'] as number)).toEqual(
      stream.map((_, i) => i),
    );
    expect(stream.at(-1)?.['type']).toBe('response.incomplete');
    const text = stream.map((event) =>
      event['type'] === 'response.output_text.delta' ? String(event['delta']) : '',
    );
    expect(stream.at(-1)?.['response'].output[0].content[0].text).toBe(text.join(''));
    expect(stream.at(-1)?.['response'].usage.output_tokens).toBe(16);
  });

  it('call functions, whose outputs are then demanded', async () => {
    const tools = [{ type: 'function', ...weather.function }];
    const asked = { ...response, tools, tool_choice: 'required', max_output_tokens: 99 };
    const { output } = await answer('/responses', asked);
    expect(output[0]).toMatchObject({ type: 'function_call', name: 'get_weather' });
    const input = [user('x'), output[0] as Json];
    expect(await refusal('/responses', { ...asked, input })).toContain('No tool output found');
    const answered = { type: 'function_call_output', call_id: output[0].call_id as string };
    const whole = { ...response, tools, input: [...input, { ...answered, output: 'sunny' }] };
    expect((await answer('/responses', whole))['output'][0].type).toBe('message');
    expect(await refusal('/responses', { ...whole, input: [answered] })).toContain('No tool call');
    const stream = await events('/responses', asked);
    const done = stream.find(({ type }) => type === 'response.function_call_arguments.done');
    expect(JSON.parse(done?.['arguments'] as string)).toMatchObject({ days: 2 });
  });

  it('reason without showing it', async () => {
    const asked = { model: 'sandbox-reasoner', input: 'Hello', max_output_tokens: 300 };
    const { output, usage } = await answer('/responses', asked, { 'x-sandbox-delay-ms': '0' });
    expect((output as Json[]).map(({ type }) => type as string)).toEqual(['reasoning', 'message']);
    expect(usage.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
  });

  it.each([
    [{ messages: [] }, "Unknown parameter: 'messages'"],
    [{ max_output_tokens: 6 }, 'expected a value >= 16'],
    [{ input: [{ role: 'assistant', content: [{ type: 'input_text' }] }] }, "'output_text'"],
    [{ input: [{ role: 'tool', content: 'x' }] }, "Invalid value: 'tool'"],
    [{ previous_response_id: 'resp_1' }, 'not found'],
  ])('refuse %j', async (more, problem) => {
    expect(await refusal('/responses', { ...response, ...more })).toContain(problem);
  });

  it('break off with an error event where a fault asks for it', async () => {
    const stream = await events('/responses', response, { 'x-sandbox-malformed': 'error-in-200' });
    expect(stream.slice(-2).map(({ type }) => type as string)).toEqual([
      'error',
      'response.failed',
    ]);
  });
});

describe('the other endpoints', () => {
  it('complete a prompt, streamed and not', async () => {
    const asked = { model: 'sandbox-exact', prompt: ['a', 'b'], max_tokens: 5 };
    const { choices, usage } = await answer('/completions', asked);
    expect([choices.length, usage.completion_tokens]).toEqual([2, 10]);
    const stream = await events('/completions', {
      ...asked,
      stream_options: { include_usage: true },
    });
    expect(stream.at(-1)?.['usage'].completion_tokens).toBe(10);
    expect(await refusal('/completions', { ...asked, messages: [] })).toContain('Unrecognized');
  });

  it('draw pictures and count them', async () => {
    const asked = { model: 'sandbox-image', prompt: 'a weir', n: 2 };
    const { data, usage } = await answer('/images/generations', asked);
    expect(Buffer.from(data[1].b64_json as string, 'base64').toString('latin1', 1, 4)).toBe('PNG');
    expect(usage.output_tokens).toBe(2_048);
    expect(sandbox.log.since(0)[0]).toMatchObject({ images: 2, outputTokens: 2_048 });
  });

  it('speak, and hear as long as they spoke', async () => {
    const input = 'a'.repeat(30);
    const spoken = await ask('/audio/speech', { model: 'sandbox-voice', input, voice: 'alloy' });
    const form = new FormData();
    form.set('model', 'sandbox-ear');
    form.set('file', new Blob([await spoken.arrayBuffer()]), 'speech.wav');
    const heard = (await (await ask('/audio/transcriptions', form)).json()) as Json;
    expect(heard).toMatchObject({ usage: { type: 'duration', seconds: 2 } });
    const [speech, transcription] = sandbox.log.since(0);
    expect([speech?.characters, transcription?.audioSeconds]).toEqual([30, 2]);
  });

  it('rank documents by their words', async () => {
    const documents = ['a gate', 'a weir in a river', 'a river'];
    const asked = { model: 'sandbox-rerank', query: 'weir river', documents, top_n: 2 };
    const { results } = await answer('/rerank', asked);
    expect((results as Json[]).map(({ index }) => index as number)).toEqual([1, 2]);
    expect(sandbox.log.since(0)[0]).toMatchObject({ searches: 1 });
  });
});
