import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import type { ServerToClientEvents, ClientToServerEvents } from '@weir/contracts';
import { eventually, startStack, type Stack } from '@weir/test-kit';
import { launchBrowser, signIn } from './browser.js';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';

describe('the dashboard, live in Chromium', () => {
  let stack: Stack;
  let browser: Browser;
  let closeBrowser: () => Promise<void>;
  let admin: ConsoleClient;
  let ada: Tenant;
  let bob: Tenant;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    stack = await startStack();
    ({ browser, close: closeBrowser } = await launchBrowser());
    admin = await ConsoleClient.login(stack.consoleUrl, stack.admin.email, stack.admin.password);
    ada = await createTenant(admin, 'ada', '5.00');
    bob = await createTenant(admin, 'bob', '5.00');
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
  });
  afterAll(async () => {
    await closeBrowser?.();
    await stack?.stop();
  });
  afterEach(() => {
    // The first load asks for a session and is told 401; a busy machine may answer 503 once, which the page retries.
    const unexpected = complaints.splice(0).filter((text) => !/status of (401|503)/.test(text));
    expect(unexpected.join('\n')).toBe('');
  });

  /** `sandbox/exact` produces exactly max_tokens at 10.00 per million: 2,000 tokens cost 0.02. */
  const chat = async (tenant: Tenant, maxTokens = 2000) => {
    const response = await fetch(`${stack.gateways[0]!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'sandbox/exact',
        max_tokens: maxTokens,
        messages: [{ role: 'user', content: 'What is a weir?' }],
      }),
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    return response.headers.get('x-weir-generation-id')!;
  };

  it('shows a request and the new balance without a reload, within seconds', async () => {
    await signIn(page, stack.consoleUrl, ada);
    await page.evaluate(() => ((window as unknown as { marker: number }).marker = 1));
    await page.getByText('$5.00').first().waitFor();
    await chat(ada);
    await page.getByRole('cell', { name: 'sandbox/exact' }).first().waitFor({ timeout: 10_000 });
    await page.getByText('$4.98').first().waitFor({ timeout: 10_000 });
    expect((await ada.console.balance()).balance).toBe('4.98');
    expect(await page.evaluate(() => (window as unknown as { marker?: number }).marker)).toBe(1);
  });

  it('shows nothing of another account, not in pages, not by socket, not by id', async () => {
    const theirs = await chat(bob);
    await eventually(() => bob.console.request(theirs));
    await expect(ada.console.request(theirs)).rejects.toThrow('404');
    expect((await ada.console.requests()).map((row) => row.generation_id)).not.toContain(theirs);
    expect(await page.content()).not.toContain(theirs);
  });

  it('pushes the requests of all accounts to an operator, each once', async () => {
    const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(
      `${stack.consoleUrl}/live`,
      {
        transports: ['websocket'],
        forceNew: true,
        auth: { token: admin.token },
      },
    );
    const fed: string[] = [];
    socket.on('feed.rows', ({ rows }) => fed.push(...rows.map((row) => row.generation_id)));
    await new Promise<void>((resolve) => socket.on('welcome', () => resolve()));
    const sent: string[] = [];
    for (let i = 0; i < 10; i++) sent.push(await chat(i % 2 ? ada : bob, 64));
    await eventually(() => expect(fed).toEqual(expect.arrayContaining(sent)), 10_000);
    expect(fed.filter((id) => sent.includes(id))).toHaveLength(sent.length);
    socket.disconnect();
  });

  it('flips the first-request wizard when the first request arrives', async () => {
    const carol = await createTenant(admin, 'carol', '5.00');
    const fresh = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const tab = await fresh.newPage();
    await signIn(tab, stack.consoleUrl, carol);
    await tab
      .getByText(/listening/i)
      .first()
      .waitFor();
    await chat(carol);
    await tab
      .getByText(/first request (seen|arrived)/i)
      .first()
      .waitFor({ timeout: 10_000 });
    await fresh.close();
  });

  it('creates a key that is shown once, works, and stops working when revoked', async () => {
    await page.goto(`${stack.consoleUrl}/keys`);
    await page.getByRole('button', { name: 'Create key' }).first().click();
    await page.getByLabel('Name').fill('from the browser');
    await page.getByRole('button', { name: 'Create key', exact: true }).click();
    const secret = /weir-sk-[A-Za-z0-9_-]{43,}/.exec(
      await eventually(async () => {
        const text = await page.locator('body').innerText();
        if (!/weir-sk-[A-Za-z0-9_-]{43,}/.test(text)) throw new Error('no secret shown yet');
        return text;
      }),
    )![0];
    const models = () =>
      fetch(`${stack.gateways[0]!.url}/v1/models`, {
        headers: { authorization: `Bearer ${secret}` },
      });
    expect((await models()).status).toBe(200);
    await page.reload();
    await page.getByText('from the browser').first().waitFor();
    expect(await page.content()).not.toContain(secret);
    const { items } = await ada.console.get<{ items: { id: string; label: string }[] }>(
      '/api/keys',
    );
    await ada.console.send(
      'POST',
      `/api/keys/${items.find((key) => key.label === 'from the browser')!.id}/revoke`,
    );
    await eventually(async () => expect((await models()).status).toBe(401), 3_000);
  });
});

describe('a socket that is cut and comes back', () => {
  let stack: Stack;
  let tenant: Tenant;
  beforeAll(async () => {
    stack = await startStack();
    const admin = await ConsoleClient.login(
      stack.consoleUrl,
      stack.admin.email,
      stack.admin.password,
    );
    tenant = await createTenant(admin, 'cut', '100');
  });
  afterAll(() => stack?.stop());

  it('loses and repeats nothing', async () => {
    type Live = Socket<ServerToClientEvents, ClientToServerEvents>;
    const seqs: number[] = [];
    const generations: string[] = [];
    let socket: Live;
    let start = 0;
    /** Resolves with the newest seq that the server names in its welcome. */
    const open = () =>
      new Promise<number>((resolve) => {
        socket = io(`${stack.consoleUrl}/live`, {
          transports: ['websocket'],
          reconnection: false,
          forceNew: true,
          auth: { token: tenant.console.token, since: seqs.at(-1) ?? start },
        });
        socket.on('welcome', (event) => resolve(event.seq));
        for (const name of [
          'request.completed',
          'balance.updated',
          'budget.updated',
          'budget.alert',
          'notification.created',
          'key.changed',
        ] as const) {
          socket.on(name, (event: { seq: number; data: unknown }) => {
            seqs.push(event.seq);
            if (name !== 'request.completed') return;
            const { rows } = event.data as { rows: { generation_id: string }[] };
            generations.push(...rows.map((row) => row.generation_id));
          });
        }
      });
    start = await open();
    const sent: string[] = [];
    for (let round = 0; round < 6; round++) {
      const batch = await Promise.all(Array.from({ length: 5 }, () => send()));
      sent.push(...batch);
      socket!.disconnect();
      sent.push(...(await Promise.all(Array.from({ length: 5 }, () => send()))));
      await open();
    }
    await eventually(() => expect(new Set(generations)).toEqual(new Set(sent)), 20_000);
    socket!.disconnect();
    expect(generations).toHaveLength(sent.length);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => start + 1 + i));
  });

  async function send(): Promise<string> {
    const response = await fetch(`${stack.gateways[0]!.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.key.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'sandbox/fast',
        max_tokens: 64,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
    await response.arrayBuffer();
    expect(response.status).toBe(200);
    return response.headers.get('x-weir-generation-id')!;
  }
});
