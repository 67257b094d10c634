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
const plain = { model: 'sandbox-exact', max_tokens: 6, messages: [user('Hello there')] };
const weather = {
  name: 'get_weather',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } },
    required: ['city'],
  },
};

const ask = (body: object, headers: Json = {}, path = '/messages'): Promise<Response> =>
  fetch(`http://127.0.0.1:${String(sandbox.port)}/anthropic/v1${path}`, {
    method: 'POST',
    headers: { 'x-api-key': 'sandbox-a', 'anthropic-version': '2023-06-01', ...headers },
    body: JSON.stringify(body),
  });
const answer = async (body: object, headers: Json = {}): Promise<Json> =>
  JSON.parse(await (await ask({ ...plain, ...body }, headers)).text());
const refusal = async (body: object): Promise<string> => {
  const response = await ask({ ...plain, ...body });
  const { error } = (await response.json()) as Json;
  expect([response.status, error?.type]).toEqual([400, 'invalid_request_error']);
  return String(error?.message);
};
const stream = async (body: object, headers: Json = {}): Promise<Json[]> => {
  const text = await (await ask({ ...plain, ...body, stream: true }, headers)).text();
  return [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, event, data]) => {
    const parsed = JSON.parse(data ?? '') as Json;
    expect(parsed['type']).toBe(event);
    return parsed;
  });
};

describe('the simulated Anthropic provider', () => {
  it('answers exactly max_tokens and logs the truth', async () => {
    const { content, usage, stop_reason, type } = await answer({});
    expect([type, stop_reason, content.length]).toEqual(['message', 'max_tokens', 1]);
    expect(usage).toMatchObject({ input_tokens: 3 + 3 + 2, output_tokens: 6 });
    expect(sandbox.log.since(0)[0]).toMatchObject({
      model: 'sandbox-exact',
      promptTokens: 8,
      outputTokens: 6,
      outcome: 'finished',
    });
  });

  it('streams a message of blocks, with usage first and last', async () => {
    const events = await stream({});
    expect(events.map(({ type }) => type as string)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      ...Array.from({ length: 6 }, () => 'content_block_delta'),
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(events[0]?.['message'].usage).toMatchObject({ input_tokens: 8, output_tokens: 1 });
    expect(events.at(-2)?.['usage']).toMatchObject({ input_tokens: 8, output_tokens: 6 });
  });

  it('thinks with a signature that only the unchanged text fits', async () => {
    const thinking = { type: 'enabled', budget_tokens: 1_024 };
    const asked = { thinking, max_tokens: 2_000, model: 'sandbox-small' };
    const fast = { 'x-sandbox-delay-ms': '0' };
    const { content, usage } = await answer(asked, fast);
    expect(content[0].type).toBe('thinking');
    expect(usage.output_tokens_details.thinking_tokens).toBeGreaterThan(0);
    const again = (block: Json): Json => ({
      ...asked,
      messages: [user('a'), { role: 'assistant', content: [block, content[1]] }, user('b')],
    });
    expect((await ask({ ...plain, ...again(content[0]) }, fast)).status).toBe(200);
    expect(await refusal(again({ ...content[0], thinking: 'other' }))).toContain('signature');
    expect(await refusal({ ...asked, max_tokens: 1_024 })).toContain('budget_tokens');
  });

  it('streams its thinking and hides it where it is asked to', async () => {
    const asked = { model: 'sandbox-small', max_tokens: 2_000 };
    const fast = { 'x-sandbox-delay-ms': '0', 'x-sandbox-chunk-delay-ms': '0' };
    const kinds = async (display: string): Promise<Set<string>> => {
      const thinking = { type: 'adaptive', display };
      const events = await stream({ ...asked, thinking }, fast);
      return new Set(events.map((event) => String(event['delta']?.type)));
    };
    expect(await kinds('summarized')).toContain('thinking_delta');
    const hidden = await kinds('omitted');
    expect([hidden.has('thinking_delta'), hidden.has('signature_delta')]).toEqual([false, true]);
  });

  it('calls the tools the user names, in parallel, and answers their results with text', async () => {
    const asked = {
      tools: [weather],
      max_tokens: 200,
      messages: [user('get_weather for "Paris" and get_weather for "Rome"')],
    };
    const { content, stop_reason } = await answer(asked);
    const calls = (content as Json[]).filter(({ type }) => type === 'tool_use');
    expect(stop_reason).toBe('tool_use');
    expect(calls.map(({ input }) => input as Json)).toEqual([
      { city: 'Paris', unit: 'C' },
      { city: 'Rome', unit: 'C' },
    ]);
    const results = calls.map(({ id }) => ({
      type: 'tool_result',
      tool_use_id: id as string,
      content: 'sunny',
    }));
    const messages = [...asked.messages, { role: 'assistant', content }, user(results)];
    expect((await answer({ ...asked, messages }))['stop_reason']).toBe('max_tokens');
    expect(await refusal({ ...asked, messages: messages.slice(0, 2) })).toContain('tool_use');
    const half = [...messages.slice(0, 2), user(results.slice(1))];
    expect(await refusal({ ...asked, messages: half })).toContain('without `tool_result`');
    expect(await refusal({ messages: [user(results)] })).toContain('unexpected `tool_use_id`');
  });

  it('streams tool calls as pieces of JSON', async () => {
    const events = await stream({ tools: [weather], tool_choice: { type: 'any' }, max_tokens: 99 });
    const json = events.map((event) => (event['delta']?.partial_json as string) ?? '').join('');
    expect(JSON.parse(json)).toMatchObject({ unit: 'C' });
    expect(events.at(-2)?.['delta'].stop_reason).toBe('tool_use');
  });

  it('keeps marked prefixes and reads them on repeat', async () => {
    const long = `${crypto.randomUUID()} ${'water '.repeat(1_500)}`;
    const system = (ttl: string): Json[] => [
      { type: 'text', text: long, cache_control: { type: 'ephemeral', ttl } },
    ];
    const first = (await answer({ system: system('1h') }))['usage'];
    expect(first.cache_creation.ephemeral_1h_input_tokens).toBeGreaterThan(1_500);
    expect(first.cache_creation.ephemeral_5m_input_tokens).toBe(0);
    const second = (await answer({ system: system('1h'), messages: [user('more')] }))['usage'];
    expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
    expect(second.cache_creation_input_tokens).toBe(0);
    expect(second.input_tokens).toBeLessThan(20);
    const other = (
      await ask({ ...plain, system: system('5m') }, { 'x-api-key': 'sandbox-b' })
    ).json();
    const created = ((await other) as Json)['usage'].cache_creation as Json;
    expect(created['ephemeral_5m_input_tokens']).toBeGreaterThan(1_500);
    expect(sandbox.log.since(0).at(-1)).toMatchObject({
      cacheWrite5mTokens: created['ephemeral_5m_input_tokens'] as number,
    });
  });

  it('counts a prompt as it bills it', async () => {
    const { max_tokens: _, ...prompt } = { ...plain, tools: [weather], system: 'Be brief.' };
    const counted = (await (await ask(prompt, {}, '/messages/count_tokens')).json()) as Json;
    const { usage } = await answer({ tools: [weather], system: 'Be brief.' });
    expect(counted).toEqual({ input_tokens: usage.input_tokens as number });
  });

  it('stops at a stop sequence and answers with JSON of a schema', async () => {
    const stop = await answer({ max_tokens: 900, stop_sequences: ['water'] });
    expect(stop).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'water' });
    expect(stop['content'][0].text).not.toContain('water');
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      additionalProperties: false,
    };
    const format = { type: 'json_schema', schema };
    const json = await answer({ max_tokens: 99, output_config: { format } });
    expect(JSON.parse(json['content'][0].text as string)).toEqual({ n: 7 });
  });

  it.each([
    [{ max_tokens: undefined }, 'max_tokens: Field required'],
    [{ max_tokens: 99_999 }, 'maximum allowed number of output tokens'],
    [{ messages: [] }, 'at least one message is required'],
    [{ messages: [{ role: 'assistant', content: 'x' }] }, 'first message'],
    [{ messages: [{ role: 'system', content: 'x' }] }, 'Unexpected role "system"'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, "Input should be 'user' or 'assistant'"],
    [{ messages: [user('')] }, 'non-empty content'],
    [{ messages: [user([{ type: 'image_url' }])] }, "Input tag 'image_url'"],
    [{ messages: [user([{ type: 'text', text: 'x', foo: 1 }])] }, 'foo: Extra inputs'],
    [{ messages: [{ ...user('x'), name: 'n' }] }, 'name: Extra inputs'],
    [{ stream_options: {} }, 'stream_options: Extra inputs are not permitted'],
    [{ temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
    [{ tool_choice: { type: 'any' } }, 'while providing tools'],
    [{ tools: [{ name: 'a b', input_schema: { type: 'object' } }] }, 'should match pattern'],
    [{ tools: [{ name: 'a' }] }, 'input_schema: Field required'],
    [{ stop_sequences: [' '] }, 'non-whitespace'],
  ])('refuses %j', async (body, problem) => {
    expect(await refusal(body)).toContain(problem);
  });

  it('refuses a fifth cache mark, and an hour after five minutes', async () => {
    const marked = (ttl: string): Json => ({
      type: 'text',
      text: 'x',
      cache_control: { type: 'ephemeral', ttl },
    });
    const five = Array.from({ length: 5 }, () => marked('5m'));
    expect(await refusal({ messages: [user(five)] })).toContain('maximum of 4 blocks');
    const wrong = [marked('5m'), marked('1h')];
    expect(await refusal({ messages: [user(wrong)] })).toContain('must not come after');
  });

  it('refuses a wrong credential, no version, and an unknown model', async () => {
    const status = async (body: object, headers: Json): Promise<unknown[]> => {
      const response = await ask({ ...plain, ...body }, headers);
      return [response.status, ((await response.json()) as Json)['error'].type];
    };
    expect(await status({}, { 'x-api-key': 'other' })).toEqual([401, 'authentication_error']);
    expect(await status({ model: 'claude' }, {})).toEqual([404, 'not_found_error']);
    const noVersion = await fetch(
      `http://127.0.0.1:${String(sandbox.port)}/anthropic/v1/messages`,
      { method: 'POST', headers: { 'x-api-key': 'sandbox-a' }, body: JSON.stringify(plain) },
    );
    expect(noVersion.status).toBe(400);
  });

  it('fails as its fault headers ask', async () => {
    const overloaded = await ask(plain, {
      'x-sandbox-status': '529',
      'x-sandbox-retry-after': '2',
    });
    expect([overloaded.status, overloaded.headers.get('retry-after')]).toEqual([529, '2']);
    expect(((await overloaded.json()) as Json)['error'].type).toBe('overloaded_error');
    const broken = await stream({}, { 'x-sandbox-malformed': 'error-in-200' });
    expect(broken.at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
    const usage = await answer({}, { 'x-sandbox-malformed': 'negative-usage' });
    expect(usage['usage'].output_tokens).toBe(-7);
    expect(await answer({}, { 'x-sandbox-no-usage': '1' })).not.toHaveProperty('usage');
    const silentEnd = await stream({}, { 'x-sandbox-malformed': 'no-done' });
    expect(silentEnd.at(-1)?.['type']).toBe('message_delta');
    const refused = await answer({}, { 'x-sandbox-finish': 'refusal' });
    expect(refused['stop_reason']).toBe('refusal');
  });
});
