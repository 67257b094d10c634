import { afterEach, describe, expect, it } from 'vitest';
import { Agent } from 'node:http';
import { request } from 'node:http';
import { eventually, startStack, verifyBooks, type Stack } from '@weir/test-kit';
import { ConsoleClient, createTenant } from './console-client.js';

/**
 * `sandbox/exact` costs nothing for input and produces exactly max_tokens, so a request's hold equals its cost:
 * a balance for ten serves ten, whatever the concurrency, on one gateway and on two (K5, D1).
 */
describe.each([1, 2])(
  '1,000 concurrent requests on a balance worth 10, over %i gateway(s)',
  (gateways) => {
    let stack: Stack | undefined;
    afterEach(async () => {
      await stack?.stop();
      stack = undefined;
    });

    it('serves exactly 10, refuses the rest with 402, and the books balance', async () => {
      stack = await startStack({ gateways });
      const admin = await ConsoleClient.login(
        stack.consoleUrl,
        stack.admin.email,
        stack.admin.password,
      );
      // 10 requests of 1,000 tokens at 10.00 per million = 0.10.
      const tenant = await createTenant(admin, 'ten', '0.10');
      const urls = stack.gateways.map((gateway) => `${gateway.url}/v1/chat/completions`);
      const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
      const statuses = await Promise.all(
        Array.from({ length: 1_000 }, (_, i) =>
          post(agent, urls[i % urls.length]!, tenant.key.secret),
        ),
      );
      agent.destroy();

      const counted = Object.fromEntries(
        [...new Set(statuses)].map((status) => [
          status,
          statuses.filter((one) => one === status).length,
        ]),
      );
      expect(counted).toEqual({ 200: 10, 402: 990 });
      await eventually(async () => {
        const balance = await tenant.console.balance();
        expect(Number(balance.balance)).toBe(0);
      });
      expect(await verifyBooks(stack.databaseUrl)).toEqual([]);
    });
  },
);

/** One call; resolves with its status. The sandbox waits long enough that all 1,000 are in before the first ends. */
function post(agent: Agent, url: string, key: string): Promise<number> {
  const body = JSON.stringify({
    model: 'sandbox/exact',
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'x' }],
  });
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      agent,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-sandbox-delay-ms': '200',
      },
    });
    call.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    });
    call.on('error', reject);
    call.end(body);
  });
}
