import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Catalog, CatalogModel, CatalogProvider } from '@weir/data';
import type { BucketUse } from '@weir/domain';
import { FACTOR_ONE } from '@weir/units';
import { ConfigFreshness } from '../config-cache/config-freshness.js';
import { KeyCache } from '../config-cache/key-cache.js';
import type { KeyEntry } from '../config-cache/key-entry.js';
import { ServedCatalog } from '../config-cache/served-catalog.js';
import type { Ending } from '../end/ending.js';
import { RefusalLog } from '../end/refusal-log.js';
import { RequestEnder } from '../end/request-ender.js';
import { TurnBatch } from '../end/turn-batch.js';
import { parseAllowedNetwork } from '../forward/address-guard.js';
import { UpstreamPools } from '../forward/upstream-pools.js';
import { GATEWAY_LIMITS, type GatewayLimits } from '../limits.js';
import { Idempotency, type IdempotencyStore } from '../idempotency/idempotency.js';
import { KeyLimiter, type SharedCounters } from '../limits/key-limiter.js';
import { keyLimitsOf } from '../limits/limit-rules.js';
import { LoadShedder } from '../limits/load-shedder.js';
import { Proxy } from '../proxy.js';
import { ClientFacts, type TrustedProxies } from '../request/client-facts.js';
import { LargeBodies } from '../request/large-bodies.js';
import { RunningRequests } from '../request/running-requests.js';
import { EndpointHealthBook } from '../route/endpoint-health-book.js';
import { StickyChoices } from '../route/sticky-choices.js';
import { answerUnreadable, createGatewayServer, FastLaneSlot } from '../server/http-server.js';
import { MemoryMoney } from './memory-money.js';

export const KEY = 'weir-sk-test-key-of-the-harness';
export const CREDENTIAL = 'upstream-credential-canary';
const ACCOUNT = '11111111-1111-4111-8111-111111111111';

/** A thread runs what was compiled: it cannot load the sources of tests. */
const COMPILED_WORKER = {
  url: new URL('../../dist/request/body-worker.js', import.meta.url),
  options: { execArgv: [] },
};

/** An upstream: a handler of whole requests. */
export type UpstreamHandler = (req: IncomingMessage, res: ServerResponse, body: Buffer) => void;

/** A key that may do everything. */
export function anyKey(changes: Partial<KeyEntry> = {}): KeyEntry {
  return {
    id: '22222222-2222-4222-8222-222222222222',
    account: ACCOUNT,
    label: 'test',
    prefix: 'weir-sk-test-key',
    enabled: true,
    revokedAtMs: null,
    expiresAtMs: null,
    ownerActive: true,
    routes: new Set(['chat', 'embeddings']),
    allowedModels: null,
    regionPin: null,
    addressRules: null,
    limits: null,
    cappedKinds: 1,
    blockedKinds: 0,
    priceFactor: FACTOR_ONE,
    templateFactor: FACTOR_ONE,
    templateName: null,
    routing: [],
    ...changes,
  };
}

/** Where a test is not about Idempotency-Keys every one of them is new. */
const NO_STORE: IdempotencyStore = {
  find: () => Promise.resolve(null),
  claim: () => Promise.resolve(true),
  free: () => Promise.resolve(),
};

/** Limits of the harness's key. */
export function anyLimits(
  changes: Partial<Parameters<typeof keyLimitsOf>[0]>,
): Pick<KeyEntry, 'limits'> {
  const limits = keyLimitsOf({
    id: '22222222-2222-4222-8222-222222222222',
    account: ACCOUNT,
    requestsPerMinute: null,
    tokensPerMinute: null,
    concurrentRequests: null,
    requests5h: 0,
    requests24h: 0,
    requests7d: 0,
    tierRequestsPerMinute: null,
    tierTokensPerMinute: null,
    tierConcurrentRequests: null,
    ...changes,
  });
  return { limits };
}

export interface HarnessInput {
  readonly upstreams: readonly UpstreamHandler[];
  /** What each upstream speaks; OpenAI's where it is not said. */
  readonly kinds?: readonly CatalogProvider['kind'][];
  readonly limits?: Partial<GatewayLimits>;
  readonly keys?: Readonly<Record<string, KeyEntry>>;
  readonly model?: Partial<CatalogModel>;
  readonly forwardHeaders?: readonly string[];
  readonly drains?: boolean;
  /** Members of the catalogue that differ. */
  readonly catalog?: Partial<Catalog>;
  /** Base URLs to use instead of the upstreams' own. */
  readonly baseUrls?: readonly string[];
  readonly allow?: readonly string[];
  /** Clock of the keys' limits. */
  readonly nowMs?: () => number;
  /** What the request rows say of every key, per minute of 1970. */
  readonly history?: readonly BucketUse[];
  readonly sharedLimits?: SharedCounters;
  /** Changes the catalogue made of all that: other models, prices, regions. */
  readonly reshape?: (made: Catalog) => Catalog;
  readonly health?: EndpointHealthBook;
  readonly idempotency?: IdempotencyStore;
  readonly trustProxy?: TrustedProxies;
  readonly largeBodies?: LargeBodies;
}

/** The request's path over in-memory money and scripted upstreams, listening on a port of the kernel's choice. */
export class ProxyHarness {
  readonly money = new MemoryMoney();
  readonly endings: Ending[] = [];
  health = new EndpointHealthBook();
  /** The catalogue that is served. */
  catalog: ServedCatalog | null = null;
  url = '';
  port = 0;
  running: RunningRequests | null = null;
  refusals: RefusalLog | null = null;
  readonly #closers: (() => Promise<unknown>)[] = [];

  static async start(input: HarnessInput): Promise<ProxyHarness> {
    const harness = new ProxyHarness();
    await harness.#start(input);
    return harness;
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }

  /** Calls chat completions with a small body. */
  chat(body: object = {}, headers: Record<string, string> = {}, signal?: AbortSignal) {
    return fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${KEY}`,
        ...headers,
      },
      body: JSON.stringify({
        model: 'm',
        messages: [{ role: 'user', content: 'hello there' }],
        max_tokens: 100,
        ...body,
      }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Posts a body as JSON to any path. */
  post(
    path: string,
    body: object,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': KEY, ...headers },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Calls Anthropic's messages with a small body. */
  messages(body: object = {}, headers: Record<string, string> = {}, signal?: AbortSignal) {
    const given = {
      model: 'm',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'hello there' }],
      ...body,
    };
    return this.post('/v1/messages', given, headers, signal);
  }

  /** Calls a model's method of Gemini's with a small body. */
  gemini(method: string, body: object = {}, signal?: AbortSignal) {
    const contents = [{ role: 'user', parts: [{ text: 'hello there' }] }];
    const generationConfig = { maxOutputTokens: 100 };
    const given = { contents, generationConfig, ...body };
    return this.post(`/v1beta/models/m:${method}`, given, {}, signal);
  }

  async #start(input: HarnessInput): Promise<void> {
    this.health = input.health ?? this.health;
    const limits: GatewayLimits = { ...GATEWAY_LIMITS, sweepMs: 20, ...input.limits };
    const bases = input.baseUrls ?? (await this.#upstreams(input.upstreams));
    const pools = new UpstreamPools({
      allow: (input.allow ?? ['127.0.0.1/32']).map(parseAllowedNetwork),
      limits,
    });
    this.#closers.push(() => pools.destroy());
    const catalog = new ServedCatalog({
      catalog: (input.reshape ?? ((made) => made))(catalogOf(bases, input)),
      poolOf: (origin) => pools.of(origin),
      unseal: () => CREDENTIAL,
    });
    this.catalog = catalog;
    const largeBodies = input.largeBodies ?? new LargeBodies(COMPILED_WORKER);
    this.#closers.push(() => largeBodies.stop());
    const keys = input.keys ?? { [KEY]: anyKey() };
    const limiter = new KeyLimiter({
      nowMs: () => input.nowMs?.() ?? this.money.nowMs(),
      readHistory: () => Promise.resolve([...(input.history ?? [])]),
      shared: input.sharedLimits ?? null,
    });
    const running = new RunningRequests(limits, limiter);
    this.running = running;
    const refusals = new RefusalLog(this.money, limits.refusalsPerSecond);
    this.refusals = refusals;
    this.#closers.push(() => {
      refusals.stop();
      return Promise.resolve();
    });
    const shedder = new LoadShedder({ ...limits, loopDelayShedMs: 10_000 });
    const turn = new TurnBatch(this.money);
    const ender = new RequestEnder(this.money, turn, {
      onEnded: (x, ending) => {
        this.endings.push(ending);
        running.leave(x);
      },
    });
    const proxy = new Proxy({
      limits,
      money: this.money,
      keys: new KeyCache((digest) => Promise.resolve(keys[digest] ?? null), limits),
      freshness: new ConfigFreshness(performance.now(), limits.staleMs),
      catalog: { current: catalog },
      limiter,
      idempotency: new Idempotency({
        pepper: 'pepper',
        store: input.idempotency ?? NO_STORE,
        retryMs: 5,
      }),
      shedder,
      facts: new ClientFacts(input.trustProxy ?? false, false),
      running,
      largeBodies,
      onRefused: (x, code) => {
        refusals.record(x, code);
      },
      ender,
      turn,
      health: this.health,
      sticky: new StickyChoices(),
      drains: input.drains ?? true,
      digestOf: (_socket, secret) => secret,
    });
    const slot = new FastLaneSlot();
    slot.lane = proxy;
    const facts = new ClientFacts(input.trustProxy ?? false, false);
    const server = createGatewayServer(
      slot,
      (_req, res) => res.writeHead(404).end(),
      limits,
      (address) => facts.isProxy(address),
    );
    server.on('clientError', answerUnreadable);
    this.port = await listen(server);
    this.url = `http://127.0.0.1:${String(this.port)}`;
    this.#closers.push(async () => {
      running.stop();
      shedder.stop();
      await close(server);
    });
  }

  async #upstreams(handlers: readonly UpstreamHandler[]): Promise<string[]> {
    const bases: string[] = [];
    for (const handler of handlers) {
      const server = createServer((req, res) => {
        const chunks: Buffer[] = [];
        req.on('data', (chunk: Buffer) => chunks.push(chunk));
        req.on('end', () => {
          handler(req, res, Buffer.concat(chunks));
        });
      });
      bases.push(`http://127.0.0.1:${String(await listen(server))}/v1`);
      this.#closers.push(() => close(server));
    }
    return bases;
  }
}

function catalogOf(bases: readonly string[], input: HarnessInput): Catalog {
  const id = (n: number): string => `00000000-0000-4000-8000-00000000000${String(n)}`;
  return {
    configSeq: 1n,
    providers: bases.map((baseUrl, n) => ({
      id: id(n),
      slug: `provider-${String(n)}`,
      name: `Provider ${String(n)}`,
      kind: input.kinds?.[n] ?? 'openai',
      baseUrl,
      credential: 'sealed',
      region: 'eu',
      enabled: true,
      costFactor: 10_000,
      forwardHeaders: input.forwardHeaders ?? [],
    })),
    models: [
      {
        id: 'm',
        name: 'Model m',
        description: 'For tests.',
        kind: 'chat',
        contextTokens: 100_000,
        outputTokensMax: 8_000,
        imageTokensMax: 2_000,
        hiddenOutput: false,
        capabilities: [],
        enabled: true,
        createdAtMs: 0,
        ...input.model,
      },
    ],
    endpoints: bases.map((_base, n) => ({
      id: id(n),
      provider: id(n),
      model: input.model?.id ?? 'm',
      upstreamModel: 'upstream-m',
      region: null,
      priority: n,
      weight: 100,
      carbonGramsPer1k: null,
      enabled: true,
    })),
    prices: [
      {
        version: 7n,
        model: input.model?.id ?? 'm',
        endpoint: null,
        validFromMs: 0,
        inputNano: 1_000_000_000n,
        outputNano: 2_000_000_000n,
        cacheReadNano: null,
        cacheWrite5mNano: null,
        cacheWrite1hNano: null,
        requestNano: null,
        tiers: [],
      },
    ],
    tokenPrices: [],
    settings: {},
    ...input.catalog,
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Polls until `condition` holds; fails after two seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 2_000;
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`Never: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
