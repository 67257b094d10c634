import type { CatalogEndpoint, CatalogModel } from '@weir/data';
import type { RoutingTrace } from '@weir/domain';
import { EndpointHealthBook } from '../route/endpoint-health-book.js';
import { anyKey, KEY, ProxyHarness, type UpstreamHandler } from './proxy-harness.js';
import { answers } from './wire.js';

/** An endpoint of a routed harness: `provider-n` is its provider, in the order given. */
export interface RoutedEndpoint {
  readonly model?: string;
  readonly region?: string;
  /** Nano per million tokens, input and output alike; null = unpriced. */
  readonly price?: bigint | null;
  readonly priority?: number;
  readonly weight?: number;
  readonly carbon?: number;
  readonly slug?: string;
  readonly kind?: 'openai' | 'anthropic' | 'gemini';
  /** Time to the first byte that is noted for it, ms: what really passes is noise. */
  readonly latencyMs?: number;
  readonly answer?: UpstreamHandler;
}

/** What a routed harness differs in. */
export interface RoutedInput {
  readonly endpoints: readonly RoutedEndpoint[];
  readonly models?: Readonly<Record<string, Partial<CatalogModel>>>;
  readonly key?: Parameters<typeof anyKey>[0];
}

/** Notes scripted latencies in place of those of this machine. */
class ScriptedLatencies extends EndpointHealthBook {
  constructor(private readonly endpoints: readonly RoutedEndpoint[]) {
    super();
  }

  override succeeded(attempt: Parameters<EndpointHealthBook['succeeded']>[0]): void {
    const { endpoint, startedMs } = attempt;
    const latencyMs = this.endpoints[Number(endpoint.endpoint.id.slice(-1))]?.latencyMs ?? 0;
    super.succeeded({ endpoint, startedMs, headMs: startedMs + latencyMs });
  }
}

/** Upstreams that differ in what routing looks at, and what each of them was sent. */
export class RoutedHarness {
  /** Bodies that reached each endpoint. */
  readonly received: string[][] = [];
  readonly proxy: ProxyHarness;

  private constructor(proxy: ProxyHarness, received: string[][]) {
    this.proxy = proxy;
    this.received = received;
  }

  static async start(input: RoutedInput): Promise<RoutedHarness> {
    const received: string[][] = input.endpoints.map(() => []);
    const proxy = await ProxyHarness.start({
      upstreams: input.endpoints.map((one, n) => (req, res, body) => {
        received[n]?.push(body.toString());
        (one.answer ?? answers())(req, res, body);
      }),
      health: new ScriptedLatencies(input.endpoints),
      keys: { [KEY]: anyKey(input.key ?? {}) },
      reshape: (made) => {
        const [general] = made.prices;
        const [model] = made.models;
        if (general === undefined || model === undefined) throw new Error('An empty catalogue.');
        const ids = [...new Set(input.endpoints.map((one) => one.model ?? 'm'))];
        return {
          ...made,
          providers: made.providers.map((provider, n) => ({
            ...provider,
            slug: input.endpoints[n]?.slug ?? provider.slug,
            kind: input.endpoints[n]?.kind ?? provider.kind,
          })),
          models: ids.map((id) => ({ ...model, id, ...input.models?.[id] })),
          endpoints: made.endpoints.map((endpoint, n) =>
            shaped(endpoint, input.endpoints[n] ?? {}),
          ),
          prices: made.endpoints.flatMap((endpoint, n) => {
            const { price = 1_000_000_000n, model: of = 'm' } = input.endpoints[n] ?? {};
            if (price === null) return [];
            const own = { ...general, model: of, endpoint: endpoint.id };
            return [{ ...own, inputNano: price, outputNano: price }];
          }),
        };
      },
    });
    return new RoutedHarness(proxy, received);
  }

  stop(): Promise<void> {
    return this.proxy.stop();
  }

  /** Sends a request and answers which endpoints were called, in order of their numbers. */
  async served(body: object = {}): Promise<number> {
    const before = this.received.map(({ length }) => length);
    const res = await this.proxy.chat(body);
    await res.text();
    if (res.status !== 200) throw new Error(`Answered ${String(res.status)}.`);
    const served = this.received.findLastIndex((list, n) => list.length > (before[n] ?? 0));
    return served;
  }

  /** The trace of the request that ended last. */
  lastTrace(): RoutingTrace {
    const row = this.proxy.money.ended.at(-1)?.record.row;
    if (row === undefined) throw new Error('No request ended.');
    return row.trace as RoutingTrace;
  }

  /** What the trace of the last refused request says. */
  lastRefusedTrace(): RoutingTrace {
    return this.proxy.money.refused.at(-1)?.trace as RoutingTrace;
  }
}

function shaped(endpoint: CatalogEndpoint, one: RoutedEndpoint): CatalogEndpoint {
  return {
    ...endpoint,
    model: one.model ?? 'm',
    region: one.region ?? null,
    priority: one.priority ?? 100,
    weight: one.weight ?? 100,
    carbonGramsPer1k: one.carbon ?? null,
  };
}
