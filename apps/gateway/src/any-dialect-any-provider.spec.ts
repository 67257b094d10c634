import { afterEach, describe, expect, it } from 'vitest';
import * as anthropic from './testing/anthropic-wire.js';
import * as gemini from './testing/gemini-wire.js';
import { ProxyHarness, type UpstreamHandler } from './testing/proxy-harness.js';
import { ANSWER, answers, CONTENT, DONE, streams, usageChunk } from './testing/wire.js';

let harness: ProxyHarness;
afterEach(() => harness.stop());

type Kind = 'openai' | 'anthropic' | 'gemini';
type Client = Kind | 'responses' | 'completions';
const KINDS: readonly Kind[] = ['openai', 'anthropic', 'gemini'];

/** A provider of each kind that says "hello" or streams "héllo 🌊", with usage. */
const PROVIDERS: Readonly<Record<Kind, UpstreamHandler>> = {
  openai: (req, res, body) => {
    const isLegacy = req.url === '/v1/completions';
    const legacy = either(answers(LEGACY), streams(...LEGACY_STREAM, usageChunk(), DONE));
    const chat = either(answers(), streams(...CONTENT, usageChunk(), DONE));
    (isLegacy ? legacy : chat)(req, res, body);
  },
  anthropic: either(
    answers(anthropic.MESSAGE),
    streams(...anthropic.CONTENT, anthropic.MESSAGE_STOP),
  ),
  gemini: either(answers(gemini.geminiAnswer('hello', 'STOP')), streams(...gemini.GEMINI_STREAM)),
};

/** Legacy completions: the same answers with plain texts in them. */
const LEGACY = ANSWER.replace('"message":{"role":"assistant","content":"hello"}', '"text":"hello"');
const LEGACY_STREAM = ['héllo ', '🌊'].map(
  (text) => `data: ${JSON.stringify({ id: 'c', model: 'u', choices: [{ index: 0, text }] })}\n\n`,
);

function either(whole: UpstreamHandler, streamed: UpstreamHandler): UpstreamHandler {
  return (req, res, body) => {
    const asked = (req.url ?? '').includes(':stream') || body.includes('"stream":true');
    (asked ? streamed : whole)(req, res, body);
  };
}

/** What each kind of provider bills. */
const BILLED = {
  openai: { input_tokens: 12, cache_read_tokens: 0, output_tokens: 5 },
  anthropic: {
    input_tokens: 4,
    cache_read_tokens: 20,
    cache_write_1h_tokens: 20,
    output_tokens: 5,
  },
  gemini: { input_tokens: 10, cache_read_tokens: 2, output_tokens: 5, reasoning_tokens: 2 },
};

/** How each dialect's client asks, and where its answer's text stands. */
const CLIENTS: Readonly<
  Record<
    Client,
    {
      ask(stream: boolean): Promise<Response>;
      textOf(answer: unknown): unknown;
      /** Text of one event of a stream. */
      deltaOf(event: unknown): unknown;
      /** What its streams end with. */
      readonly end: RegExp;
    }
  >
> = {
  openai: {
    ask: (stream) => harness.chat(stream ? { stream } : {}),
    textOf: (answer) => at(answer, 'choices', 0, 'message', 'content'),
    deltaOf: (event) => at(event, 'choices', 0, 'delta', 'content'),
    end: /data: \[DONE\]\s*$/,
  },
  anthropic: {
    ask: (stream) => harness.messages(stream ? { stream } : {}),
    textOf: (answer) => at(answer, 'content', 0, 'text'),
    deltaOf: (event) => at(event, 'delta', 'text'),
    end: /event: message_stop\s+data: \{"type":"message_stop"\}\s*$/,
  },
  gemini: {
    ask: (stream) => harness.gemini(stream ? 'streamGenerateContent?alt=sse' : 'generateContent'),
    textOf: (answer) => at(answer, 'candidates', 0, 'content', 'parts', 0, 'text'),
    deltaOf: (event) => at(event, 'candidates', 0, 'content', 'parts', 0, 'text'),
    end: /"finishReason":"STOP".*\s*$/,
  },
  responses: {
    ask: (stream) => openAi('/v1/responses', { input: 'hello', max_output_tokens: 100 }, stream),
    textOf: (answer) => at(answer, 'output', 0, 'content', 0, 'text'),
    deltaOf: (event) =>
      at(event, 'type') === 'response.output_text.delta' ? at(event, 'delta') : undefined,
    end: /event: response\.completed\s+data: .*\s*$/,
  },
  completions: {
    ask: (stream) => openAi('/v1/completions', { prompt: 'hello', max_tokens: 100 }, stream),
    textOf: (answer) => at(answer, 'choices', 0, 'text'),
    deltaOf: (event) => at(event, 'choices', 0, 'text'),
    end: /data: \[DONE\]\s*$/,
  },
};

/** Posts to one of OpenAI's other paths. */
function openAi(path: string, body: object, stream: boolean): Promise<Response> {
  return harness.post(path, { model: 'm', ...body, ...(stream ? { stream } : {}) });
}

/** The value at a path of a parsed answer. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined,
    value,
  );
}

function eventsOf(text: string): unknown[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data: {'))
    .map((line): unknown => JSON.parse(line.slice(6)));
}

const ways = [...KINDS, 'responses' as const, 'completions' as const].flatMap((client) =>
  KINDS.map((upstream) => [client, upstream] as const),
);

describe.each(ways)('a client of %s at a provider of %s', (client, upstream) => {
  const { ask, textOf, deltaOf, end } = CLIENTS[client];
  const start = async (): Promise<void> => {
    harness = await ProxyHarness.start({ upstreams: [PROVIDERS[upstream]], kinds: [upstream] });
  };

  it('gets its own dialect, and is charged what the provider reports', async () => {
    await start();
    const res = await ask(false);
    expect(res.status).toBe(200);
    expect(res.headers.get('content-type')).toContain('application/json');
    expect(textOf(await res.json())).toBe('hello');
    expect(Number(res.headers.get('x-weir-cost'))).toBeGreaterThan(0);
    const row = harness.money.onlyRow();
    expect(row).toMatchObject({ status: 'ok', source: 'reported', ...BILLED[upstream] });
    expect(harness.money.begun[0]?.dialect).toBe(
      client === 'anthropic' || client === 'gemini' ? client : 'openai',
    );
  });

  it('streams in its own dialect to the dialect’s own end', async () => {
    await start();
    const res = await ask(true);
    expect(res.headers.get('content-type')).toContain('text/event-stream');
    const text = await res.text();
    const words = eventsOf(text)
      .map(deltaOf)
      .filter((delta) => typeof delta === 'string');
    expect(words.join('')).toBe('héllo 🌊');
    expect(text).toMatch(end);
    expect(harness.money.onlyRow()).toMatchObject({
      status: 'ok',
      source: 'reported',
      ...BILLED[upstream],
    });
  });

  it('is told of a provider’s overload in its own dialect, free of charge', async () => {
    harness = await ProxyHarness.start({ upstreams: [answers('{}', 529)], kinds: [upstream] });
    const res = await ask(false);
    expect(res.status).toBe(502);
    expect(JSON.stringify(await res.json())).toContain('upstream_unavailable');
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
  });
});

describe('Responses at an endpoint that serves them itself', () => {
  const answer = JSON.stringify({
    id: 'resp_1',
    object: 'response',
    model: 'u',
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'hello' }] }],
    usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 },
  });

  it('pass byte for byte, and nothing is stored', async () => {
    let sent: unknown = null;
    const upstream: UpstreamHandler = (req, res, body) => {
      sent = [req.url, JSON.parse(body.toString())];
      answers(answer)(req, res, body);
    };
    harness = await ProxyHarness.start({
      upstreams: [upstream],
      model: { capabilities: ['responses'] },
    });
    const res = await openAi('/v1/responses', { input: 'hi', max_output_tokens: 9 }, false);
    expect(await res.text()).toBe(answer);
    const body = { model: 'upstream-m', input: 'hi', max_output_tokens: 9, store: false };
    expect(sent).toEqual(['/v1/responses', body]);
    expect(harness.money.onlyRow()).toMatchObject({ input_tokens: 12, output_tokens: 5 });
  });
});

describe('the cost of an answer', () => {
  const asked = { usage: { include: true } };

  it('stands in its usage object where it is asked for, every other byte as it was', async () => {
    let sent = '';
    harness = await ProxyHarness.start({
      upstreams: [
        (req, res, body) => {
          sent = body.toString();
          answers()(req, res, body);
        },
      ],
    });
    const told = '"usage":{"cost":0.000022,"cost_details":{"upstream_inference_cost":null},';
    expect(await (await harness.chat(asked)).text()).toBe(ANSWER.replace('"usage":{', told));
    expect(sent).not.toContain('include');
  });

  it('stands in an Anthropic provider’s translated answer too', async () => {
    harness = await ProxyHarness.start({
      upstreams: [PROVIDERS.anthropic],
      kinds: ['anthropic'],
    });
    const answer: unknown = await (await harness.chat(asked)).json();
    expect(at(answer, 'usage', 'cost')).toBe(0.0000685);
  });

  it.each([
    ['alone', {}],
    ['beside OpenAI’s own wish for it', { stream_options: { include_usage: true } }],
  ])(
    'stands in the one usage chunk of a stream, before the end, asked for %s',
    async (_how, more) => {
      harness = await ProxyHarness.start({ upstreams: [PROVIDERS.openai] });
      const text = await (await harness.chat({ ...asked, ...more, stream: true })).text();
      expect(text.startsWith(CONTENT.join(''))).toBe(true);
      expect(text.endsWith(DONE)).toBe(true);
      const [last] = eventsOf(text).slice(-1);
      expect(last).toMatchObject({
        id: 'chatcmpl-1',
        choices: [],
        usage: { prompt_tokens: 12, completion_tokens: 5, cost: 0.000022 },
      });
      expect(text.match(/"usage"/g)).toHaveLength(1);
    },
  );
});

describe('failing over from one dialect to another', () => {
  it.each([
    ['anthropic', 'openai'],
    ['openai', 'anthropic'],
    ['gemini', 'openai'],
  ] as const)('goes from %s to %s, each asked in its own words', async (first, second) => {
    const bodies: unknown[] = [];
    const noted = (next: UpstreamHandler): UpstreamHandler => {
      return (req, res, body) => {
        bodies.push(JSON.parse(body.toString()));
        next(req, res, body);
      };
    };
    harness = await ProxyHarness.start({
      upstreams: [noted(answers('{}', 503)), noted(PROVIDERS[second])],
      kinds: [first, second],
    });
    const res = await harness.chat({ messages: [{ role: 'user', content: 'the same words' }] });
    expect(at(await res.json(), 'choices', 0, 'message', 'content')).toBe('hello');
    expect(res.headers.get('x-weir-attempts')).toBe('2');
    expect(bodies).toHaveLength(2);
    expect(bodies[0]).not.toEqual(bodies[1]);
    for (const body of bodies) expect(JSON.stringify(body)).toContain('the same words');
    expect(harness.money.onlyRow()).toMatchObject({ attempts: 2, ...BILLED[second] });
  });
});

describe('what a provider’s dialect has no place for', () => {
  const logprobs = { logit_bias: { 50256: -100 }, seed: 7, store: true };

  it('is dropped with a header that names it', async () => {
    harness = await ProxyHarness.start({
      upstreams: [PROVIDERS.anthropic],
      kinds: ['anthropic'],
    });
    const res = await harness.chat(logprobs);
    expect(res.status).toBe(200);
    expect(res.headers.get('x-weir-dropped')).toContain('seed');
  });

  it('is refused by name before anything is sent where it would change the answer', async () => {
    let asked = 0;
    harness = await ProxyHarness.start({
      upstreams: [() => (asked += 1)],
      kinds: ['anthropic'],
    });
    const res = await harness.chat({ n: 2 });
    expect(res.status).toBe(400);
    expect(await res.json()).toMatchObject({
      error: { param: 'n', code: 'invalid_request_error' },
    });
    expect(asked).toBe(0);
    expect(harness.money.ended[0]?.record.costNano).toBe(0n);
    expect(harness.money.open).toBe(0);
  });

  it('sends the request to the next endpoint that has one, and the trace says why', async () => {
    harness = await ProxyHarness.start({
      upstreams: [() => undefined, answers(ANSWER)],
      kinds: ['anthropic', 'openai'],
    });
    const res = await harness.chat({ n: 2 });
    expect(await res.text()).toBe(ANSWER);
    expect(res.headers.get('x-weir-provider')).toBe('provider-1');
    expect(harness.money.attempts).toEqual([1]);
    const row = harness.money.onlyRow();
    expect(row.attempts).toBe(1);
    expect(row.trace).toMatchObject({
      considered: expect.arrayContaining([
        expect.objectContaining({ provider: 'provider-0', excluded: 'cannot_take:n' }),
      ]) as unknown[],
    });
  });
});

describe('a large body', () => {
  it.each(KINDS)('is translated beside the event loop for %s', async (upstream) => {
    let sent = '';
    harness = await ProxyHarness.start({
      upstreams: [
        (req, res, body) => {
          sent = body.toString();
          PROVIDERS[upstream](req, res, body);
        },
      ],
      kinds: [upstream],
      limits: { offThreadBytes: 1_000 },
    });
    const content = 'long words '.repeat(500);
    const res = await harness.chat({ messages: [{ role: 'user', content }] });
    expect(res.status).toBe(200);
    expect(at(await res.json(), 'choices', 0, 'message', 'content')).toBe('hello');
    expect(sent).toContain(content);
  });
});
