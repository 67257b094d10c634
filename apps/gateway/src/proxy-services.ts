import type { Socket } from 'node:net';
import type { ErrorCodeName } from '@weir/contracts';
import type { ConfigFreshness } from './config-cache/config-freshness.js';
import type { KeyCache } from './config-cache/key-cache.js';
import type { ServedCatalog } from './config-cache/served-catalog.js';
import type { Ender } from './end/ending.js';
import type { TurnBatch } from './end/turn-batch.js';
import type { Idempotency } from './idempotency/idempotency.js';
import type { GatewayLimits } from './limits.js';
import type { KeyLimiter } from './limits/key-limiter.js';
import type { LoadShedder } from './limits/load-shedder.js';
import type { MoneyPathApi } from './money/money-path.types.js';
import type { ClientFacts } from './request/client-facts.js';
import type { Exchange } from './request/exchange.js';
import type { LargeBodies } from './request/large-bodies.js';
import type { RunningRequests } from './request/running-requests.js';
import type { EndpointHealthBook } from './route/endpoint-health-book.js';
import type { StickyChoices } from './route/sticky-choices.js';

/** What the steps of the path share. Made once, when Nest has built everything. */
export interface ProxyServices {
  readonly limits: GatewayLimits;
  readonly money: MoneyPathApi;
  readonly keys: KeyCache;
  readonly freshness: ConfigFreshness;
  /** The catalogue of now; null until the first was read. */
  readonly catalog: { readonly current: ServedCatalog | null };
  readonly limiter: KeyLimiter;
  readonly idempotency: Idempotency;
  readonly shedder: LoadShedder;
  readonly facts: ClientFacts;
  readonly running: RunningRequests;
  readonly largeBodies: LargeBodies;
  /** Logs and counts a request of a known key that was refused before it took a hold. */
  readonly onRefused: (x: Exchange, code: ErrorCodeName) => void;
  readonly ender: Ender;
  readonly turn: TurnBatch;
  readonly health: EndpointHealthBook;
  readonly sticky: StickyChoices;
  /** Whether an upstream is read on after its client left (decisions §7, policy `drain`). */
  readonly drains: boolean;
  /** Digest of a key's secret; null for a text that cannot be a key. */
  readonly digestOf: (socket: Socket, secret: string) => string | null;
}
