import { createServer, request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { expect } from 'vitest';
import { eventually, startStack, type Stack } from '@weir/test-kit';
import { ConsoleClient, createTenant, type Tenant } from './console-client.js';
import { judge } from './oracle.js';

/** The wire formats of the sandbox: a model over each, the same in everything but the dialect. */
export const UPSTREAMS = ['openai', 'anthropic', 'gemini'] as const;
export type Upstream = (typeof UPSTREAMS)[number];

const PROVIDER_SLUGS: Readonly<Record<Upstream, string>> = {
  openai: 'sandbox',
  anthropic: 'sandbox-anthropic',
  gemini: 'sandbox-gemini',
};
/** Per million tokens, decimal text as an admin types it and nano as the judge reckons. */
const PRICE = { input: '1.00', output: '4.00', read: '0.10', write5m: '1.25', write1h: '2.00' };
const PRICE_NANO = {
  input: 1_000_000_000n,
  output: 4_000_000_000n,
  read: 100_000_000n,
  write5m: 1_250_000_000n,
  write1h: 2_000_000_000n,
};

/** What the sandbox says it produced for one request. */
export interface Made {
  readonly requestId: string | null;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly status: number;
}

/** What PostgreSQL holds of one request. */
export interface Row {
  readonly cost_nano: string;
  readonly status: string;
  readonly source: string;
  readonly http_status: number;
  readonly finish_reason: string | null;
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_5m_tokens: number | null;
  readonly cache_write_1h_tokens: number | null;
  readonly output_tokens: number | null;
}

/** Weir with a model over each dialect, a tenant with credit, and the judge of every bill. */
export class SdkStack {
  readonly #database: pg.Client;

  private constructor(
    readonly stack: Stack,
    readonly admin: ConsoleClient,
    readonly tenant: Tenant,
    database: pg.Client,
  ) {
    this.#database = database;
  }

  static async start(): Promise<SdkStack> {
    const stack = await startStack();
    const { email, password } = stack.admin;
    const admin = await ConsoleClient.login(stack.consoleUrl, email, password);
    for (const upstream of UPSTREAMS) await tellRequestIds(admin, upstream);
    for (const upstream of UPSTREAMS) await offer(admin, upstream, 'sandbox-exact', 'sdk');
    for (const upstream of UPSTREAMS) await offer(admin, upstream, 'sandbox-reasoner', 'thinking');
    for (const upstream of UPSTREAMS) await offer(admin, upstream, 'sandbox-exact', 'faulty');
    const tenant = await createTenant(admin, 'sdk', '50.00');
    const database = new pg.Client({ connectionString: stack.databaseUrl });
    await database.connect();
    const whole = new SdkStack(stack, admin, tenant, database);
    await eventually(async () => {
      const models = await fetch(`${whole.url}/v1/models`, {
        headers: { authorization: `Bearer ${tenant.key.secret}` },
      });
      const text = await models.text();
      for (const upstream of UPSTREAMS) expect(text).toContain(faultyModel(upstream));
    });
    return whole;
  }

  /** Where clients reach the gateway. */
  get url(): string {
    return this.stack.gateways[0]!.url;
  }

  get secret(): string {
    return this.tenant.key.secret;
  }

  /** A tenant that may spend nothing, or no token. */
  async refusedTenant(by: 'balance' | 'budget'): Promise<Tenant> {
    const tenant = await createTenant(this.admin, by, by === 'balance' ? '0' : '5.00');
    if (by === 'budget') {
      const path = `/api/admin/users/${tenant.console.userId}/budget`;
      await this.admin.send('PUT', path, { daily_limit: 0 });
    }
    return tenant;
  }

  /**
   * Waits until the requests of one correlation id are settled, and holds each against what the sandbox produced:
   * the same tokens of every class, and exactly their price.
   */
  async bill(requestId: string): Promise<{ readonly rows: Row[]; readonly made: Made[] }> {
    const { rows, made } = await eventually(async () => {
      const rows = await this.rows(requestId);
      const made = (await this.made()).filter((one) => one.requestId === requestId);
      expect(made.length).toBeGreaterThan(0);
      expect(rows).toHaveLength(made.length);
      return { rows, made };
    }, 20_000);
    expect(rows.map(tokensOfRow)).toEqual(made.map(tokensOfMade));
    expect(rows.map((row) => BigInt(row.cost_nano))).toEqual(made.map(costOf));
    return { rows, made };
  }

  /** The settled requests of a correlation id, in the order they came. */
  async rows(requestId: string): Promise<Row[]> {
    const { rows } = await this.#database.query<Row>(
      'SELECT * FROM request WHERE correlation_id = $1 ORDER BY accepted_at',
      [requestId],
    );
    return rows;
  }

  /** Everything the sandbox was asked for, in the order it ended. */
  async made(): Promise<Made[]> {
    const log = await fetch(`${this.stack.sandboxUrl}/_sandbox/log`);
    return ((await log.json()) as { entries: Made[] }).entries;
  }

  /** Asserts that the books balance. */
  async books(): Promise<void> {
    const input = { databaseUrl: this.stack.databaseUrl, seen: [], produced: [] };
    const price = { inputNano: PRICE_NANO.input, outputNano: PRICE_NANO.output };
    await eventually(async () => expect(await judge({ ...input, price })).toEqual([]));
  }

  async stop(): Promise<void> {
    await this.#database.end();
    await this.stack.stop();
  }
}

/** The model over a dialect; it answers exactly as many tokens as it may. */
export function modelOver(upstream: Upstream): string {
  return `sdk/${upstream}`;
}

/** The model over a dialect that thinks before it answers. */
export function thinkingModel(upstream: Upstream): string {
  return `thinking/${upstream}`;
}

/** The model for calls that shall fail: an endpoint of its own, for failures make one unavailable for a while. */
export function faultyModel(upstream: Upstream): string {
  return `faulty/${upstream}`;
}

/** A correlation id that no other call has. */
export function newRequestId(): string {
  return `sdk-${crypto.randomUUID()}`;
}

async function providerId(admin: ConsoleClient, upstream: Upstream): Promise<string> {
  const { items } = await admin.get<{ items: { id: string; slug: string }[] }>(
    '/api/admin/providers',
  );
  const provider = items.find(({ slug }) => slug === PROVIDER_SLUGS[upstream]);
  if (!provider) throw new Error(`no sandbox provider for ${upstream}`);
  return provider.id;
}

/** Lets the sandbox know a client's request id: by it its log is found. */
async function tellRequestIds(admin: ConsoleClient, upstream: Upstream): Promise<void> {
  const path = `/api/admin/providers/${await providerId(admin, upstream)}`;
  await admin.send('PUT', path, { forward_headers: ['x-sandbox-*', 'x-request-id'] });
}

async function offer(
  admin: ConsoleClient,
  upstream: Upstream,
  upstreamModel: string,
  group: string,
): Promise<void> {
  const provider = await providerId(admin, upstream);
  const model = `${group}/${upstream}`;
  await admin.send('POST', '/api/admin/models', {
    id: model,
    context_tokens: 128_000,
    output_tokens_max: 16_384,
    hidden_output: group === 'thinking',
    capabilities: ['streaming', 'tools', 'json', 'vision', 'reasoning'],
  });
  await admin.send('POST', '/api/admin/endpoints', {
    provider,
    model,
    upstream_model: upstreamModel,
  });
  await admin.send('POST', '/api/admin/prices', {
    model,
    input: PRICE.input,
    output: PRICE.output,
    cache_read: PRICE.read,
    cache_write_5m: PRICE.write5m,
    cache_write_1h: PRICE.write1h,
  });
}

const MILLION = 1_000_000n;
const line = (tokens: number, priceNano: bigint): bigint =>
  (BigInt(tokens) * priceNano * 2n + MILLION) / (2n * MILLION);

/** What the tokens produced cost; each class is rounded by itself. */
export function costOf(made: Made): bigint {
  const { cachedTokens, cacheWrite5mTokens, cacheWrite1hTokens } = made;
  const uncached = made.promptTokens - cachedTokens - cacheWrite5mTokens - cacheWrite1hTokens;
  return (
    line(uncached, PRICE_NANO.input) +
    line(cachedTokens, PRICE_NANO.read) +
    line(cacheWrite5mTokens, PRICE_NANO.write5m) +
    line(cacheWrite1hTokens, PRICE_NANO.write1h) +
    line(made.outputTokens, PRICE_NANO.output)
  );
}

const tokensOfMade = (made: Made): number[] => [
  made.promptTokens - made.cachedTokens - made.cacheWrite5mTokens - made.cacheWrite1hTokens,
  made.cachedTokens,
  made.cacheWrite5mTokens,
  made.cacheWrite1hTokens,
  made.outputTokens,
];
const tokensOfRow = (row: Row): number[] => [
  row.input_tokens ?? 0,
  row.cache_read_tokens ?? 0,
  row.cache_write_5m_tokens ?? 0,
  row.cache_write_1h_tokens ?? 0,
  row.output_tokens ?? 0,
];

/** Stands before the gateway and counts the requests that reach it, whatever the client does by itself. */
export class CountingProxy {
  count = 0;
  readonly #server: Server;

  private constructor(target: string) {
    this.#server = createServer((request, response) => {
      this.count++;
      const { method, headers, url } = request;
      const onward = httpRequest(
        `${target}${url ?? ''}`,
        { method: method ?? 'GET', headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
  }

  static async start(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}
