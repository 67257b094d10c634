import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startStack, type Stack } from '@weir/test-kit';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';

describe('a stranger with the openai SDK', () => {
  let stack: Stack;
  let admin: ConsoleClient;
  let tenant: Tenant;
  let openai: OpenAI;

  beforeAll(async () => {
    stack = await startStack();
    admin = await ConsoleClient.login(stack.consoleUrl, stack.admin.email, stack.admin.password);
    tenant = await createTenant(admin, 'ada', '5.00');
    openai = new OpenAI({
      baseURL: `${stack.gateways[0]!.url}/v1`,
      apiKey: tenant.key.secret,
      maxRetries: 0,
    });
  });
  afterAll(() => stack?.stop());

  it('gets an answer, and the same request priced in the dashboard', async () => {
    const { data, response } = await openai.chat.completions
      .create({
        model: 'sandbox/chat-small',
        messages: [{ role: 'user', content: 'What is a weir?' }],
        max_completion_tokens: 120,
      })
      .withResponse();
    expect(data.choices[0]?.message.content).not.toBe('');
    const generationId = response.headers.get('x-weir-generation-id')!;
    expect(generationId).toMatch(/^gen_[0-9a-f-]{36}$/);
    const record = await eventually(() => tenant.console.request(generationId));
    expect(record.cost).toBe(response.headers.get('x-weir-cost'));
    expect(record.prompt_tokens).toBe(data.usage?.prompt_tokens);
    expect(record.completion_tokens).toBe(data.usage?.completion_tokens);
    expect(record.usage_provenance).toBe('reported');
    expect(record.trace?.attempts).toHaveLength(1);
  });

  it('streams, with the usage chunk only when asked for', async () => {
    const plain = await openai.chat.completions.create({
      model: 'sandbox/chat-small',
      messages: [{ role: 'user', content: 'Hello' }],
      max_completion_tokens: 60,
      stream: true,
    });
    let text = '';
    for await (const chunk of plain) {
      expect(chunk.usage ?? null).toBeNull();
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text.length).toBeGreaterThan(0);

    const asked = await openai.chat.completions.create({
      model: 'sandbox/chat-small',
      messages: [{ role: 'user', content: 'Hello' }],
      max_completion_tokens: 60,
      stream: true,
      stream_options: { include_usage: true },
    });
    let completionTokens = 0;
    for await (const chunk of asked)
      completionTokens = chunk.usage?.completion_tokens ?? completionTokens;
    expect(completionTokens).toBeGreaterThan(0);
  });

  it('embeds', async () => {
    const { data } = await openai.embeddings.create({
      model: 'sandbox/embed',
      input: ['a river', 'a weir'],
    });
    expect(data).toHaveLength(2);
    expect(data[0]?.embedding.length).toBeGreaterThan(0);
  });

  it('lists the models it may call', async () => {
    const models = await openai.models.list();
    expect(models.data.map((model) => model.id)).toContain('sandbox/chat-small');
  });

  it('is told what to do about a wrong key, an unknown model and a malformed body', async () => {
    const stranger = new OpenAI({
      baseURL: `${stack.gateways[0]!.url}/v1`,
      apiKey: 'weir-sk-nonsense',
      maxRetries: 0,
    });
    await expect(stranger.models.list()).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
    await expect(
      openai.chat.completions.create({
        model: 'no/such-model',
        messages: [{ role: 'user', content: 'hi' }],
      }),
    ).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    const malformed = await fetch(`${stack.gateways[0]!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.key.secret}`, 'content-type': 'application/json' },
      body: '{"model":',
    });
    expect(malformed.status).toBe(400);
  });

  it('is refused without credit, and the refusal says so and is not retried', async () => {
    const poor = await createTenant(admin, 'poor', '0');
    const client = new OpenAI({
      baseURL: `${stack.gateways[0]!.url}/v1`,
      apiKey: poor.key.secret,
      maxRetries: 2,
    });
    const refused = client.chat.completions.create({
      model: 'sandbox/chat-small',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 100,
    });
    await expect(refused).rejects.toMatchObject({ status: 402, code: 'insufficient_balance' });
  });

  it('leaves in mid-stream and is charged for what was produced, never nothing', async () => {
    const stream = await openai.chat.completions.create(
      {
        model: 'sandbox/chat-small',
        messages: [{ role: 'user', content: 'Tell me a long story' }],
        max_completion_tokens: 400,
        stream: true,
      },
      { headers: { 'x-request-id': 'left-mid-stream' } },
    );
    let chunks = 0;
    for await (const _ of stream) if (++chunks === 5) break;
    const row = await eventually(async () => {
      const rows = await tenant.console.requests();
      const mine = rows.find((candidate) => candidate.status === 'client_closed');
      if (!mine) throw new Error('not settled yet');
      return mine;
    }, 45_000);
    expect(Number(row.cost)).toBeGreaterThan(0);
    expect(['drained', 'counted']).toContain(row.usage_provenance);
  });

  it('is stopped within a second when the key is revoked', async () => {
    const key = await tenant.console.createKey({ label: 'short-lived' });
    const client = new OpenAI({
      baseURL: `${stack.gateways[0]!.url}/v1`,
      apiKey: key.secret,
      maxRetries: 0,
    });
    await client.models.list();
    await tenant.console.send('POST', `/api/keys/${key.id}/revoke`);
    const revokedAt = performance.now();
    await eventually(async () => {
      await expect(client.models.list()).rejects.toMatchObject({ status: 401 });
    }, 3_000);
    expect(performance.now() - revokedAt).toBeLessThan(1_500);
  });
});
