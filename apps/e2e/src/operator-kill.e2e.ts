import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InflightRow } from '@weir/contracts';
import { eventually, startStack, verifyBooks, type Stack } from '@weir/test-kit';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';

/** What one running stream has said so far. */
interface Running {
  readonly generationId: string;
  readonly text: () => string;
  readonly ended: Promise<unknown>;
}

describe('an operator who kills a running request', () => {
  let stack: Stack;
  let admin: ConsoleClient;
  let tenant: Tenant;
  beforeAll(async () => {
    stack = await startStack({ gateways: 2, env: { WEIR_ON_DISCONNECT: 'abort' } });
    admin = await ConsoleClient.login(stack.consoleUrl, stack.admin.email, stack.admin.password);
    tenant = await createTenant(admin, 'kill', '5.00');
  });
  afterAll(() => stack?.stop());

  /** Starts a stream that would take minutes, and waits for its first content. */
  async function start(gateway: number, signal?: AbortSignal): Promise<Running> {
    await fetch(`${stack.sandboxUrl}/_sandbox/log`, { method: 'DELETE' });
    const response = await fetch(`${stack.gateways[gateway]!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tenant.key.secret}`,
        'content-type': 'application/json',
        'x-sandbox-chunks': '2000',
        'x-sandbox-chunk-delay-ms': '100',
      },
      body: JSON.stringify({
        model: 'sandbox/chat-small',
        stream: true,
        messages: [{ role: 'user', content: 'Tell me everything.' }],
      }),
      ...(signal === undefined ? {} : { signal }),
    });
    expect(response.status).toBe(200);
    let text = '';
    const decoder = new TextDecoder();
    const read = async (): Promise<void> => {
      for await (const part of response.body!) text += decoder.decode(part, { stream: true });
    };
    const ended = read().catch((error: unknown) => error);
    await eventually(() => expect(text).toContain('"content"'));
    return {
      generationId: response.headers.get('x-weir-generation-id')!,
      text: () => text,
      ended,
    };
  }

  it.each([0, 1])(
    'ends it on gateway %i, bills what was produced, and says so to the client',
    async (gateway) => {
      const running = await start(gateway);
      await eventually(async () => {
        const { items } = await admin.get<{ items: InflightRow[] }>('/api/operator/inflight');
        const row = items.find((one) => one.generation_id === running.generationId);
        expect(row?.output_tokens).toBeGreaterThan(0);
      });
      await admin.send('POST', `/api/operator/requests/${running.generationId}/kill`);
      await running.ended;
      expect(running.text()).toContain('"killed"');
      const record = await eventually(() => tenant.console.request(running.generationId));
      expect(record).toMatchObject({ status: 'killed', usage_provenance: 'counted' });
      expect(record.prompt_tokens).toBeGreaterThan(0);
      const produced = await producedTokens();
      expect(record.completion_tokens).toBeGreaterThan(0);
      expect(record.completion_tokens).toBeLessThanOrEqual(produced);
      expect(Number(record.cost)).toBeGreaterThan(0);
      // Once no pulse shows it as running any more, there is nothing left to kill.
      await eventually(() =>
        expect(
          admin.send('POST', `/api/operator/requests/${running.generationId}/kill`),
        ).rejects.toThrow('404'),
      );
    },
  );

  it('cannot be a user without the role', async () => {
    const running = await start(0);
    await expect(
      tenant.console.send('POST', `/api/operator/requests/${running.generationId}/kill`),
    ).rejects.toThrow('403');
    await admin.send('POST', `/api/operator/requests/${running.generationId}/kill`);
    await running.ended;
    // The provider has noticed: the next test's log begins with its own request.
    expect(await producedTokens()).toBeGreaterThan(0);
  });

  it('finds that a client who leaves stops the provider at once where the policy is abort', async () => {
    const leaving = new AbortController();
    const running = await start(1, leaving.signal);
    leaving.abort();
    await running.ended;
    const record = await eventually(() => tenant.console.request(running.generationId));
    expect(record).toMatchObject({ status: 'client_closed', usage_provenance: 'counted' });
    expect(record.completion_tokens).toBeGreaterThan(0);
    expect(record.completion_tokens).toBeLessThanOrEqual(await producedTokens());
    expect(await verifyBooks(stack.databaseUrl)).toEqual([]);
  });

  /** Tokens that the provider says it produced for the only request since `start`, once it noticed the end. */
  function producedTokens(): Promise<number> {
    return eventually(async () => {
      const answer = await fetch(`${stack.sandboxUrl}/_sandbox/log`);
      const { entries } = (await answer.json()) as {
        entries: { outputTokens: number; outcome: string }[];
      };
      expect(entries).toMatchObject([{ outcome: 'client_gone' }]);
      return entries[0]!.outputTokens;
    });
  }
});
