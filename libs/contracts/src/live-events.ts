import type { BalanceView } from './api/money.js';
import type { BudgetView } from './api/budget.js';
import type { KeyView } from './api/keys.js';
import type { RequestRow } from './api/requests.js';
import type { AnnouncementView, NotificationView } from './api/messages.js';

/**
 * The one typed event map of namespace `/live` (decisions §10). Durable events carry the account's gapless
 * `seq`, written in the transaction that made the change; the client sends its last seq on (re)connect.
 * Ephemeral events carry none and may be lost.
 */

/** A durable event as it crosses the wire. `seq` is gapless per account, starting at 1. */
export interface Durable<T> {
  readonly v: 1;
  readonly account: string;
  readonly seq: number;
  /** ISO-8601 UTC instant of the change. */
  readonly at: string;
  readonly data: T;
}

/** A crossed budget threshold. */
export interface BudgetAlert {
  readonly kind: 'daily' | 'monthly' | 'total';
  readonly period: string;
  /** Percent, 50–100. */
  readonly threshold: number;
  readonly used: number;
  readonly limit: number;
  readonly reset_iso: string | null;
}

/** One running request. Rows an account may see are its own; operators see all, with `account`. */
export interface InflightRow {
  readonly generation_id: string;
  readonly account: string;
  readonly user?: string;
  readonly key: { readonly id: string; readonly label: string; readonly prefix: string };
  readonly endpoint: string;
  readonly model: string;
  readonly provider: string | null;
  readonly mode: string;
  readonly template: string | null;
  readonly streamed: boolean;
  readonly accepted_at: string;
  readonly elapsed_ms: number;
  readonly output_tokens: number;
  /** Decimal strings in the ledger currency. */
  readonly cost: string;
  readonly held: string;
  readonly client_ip: string | null;
}

/** One second of all traffic, merged over the gateways. */
export interface StatsTick {
  readonly v: 1;
  /** ISO-8601 UTC; the second that ended. */
  readonly at: string;
  readonly requests: number;
  readonly ok: number;
  readonly client_errors: number;
  readonly server_errors: number;
  readonly tokens: number;
  /** First byte for streams, whole answer otherwise; null when nothing ended in the window (10 s). */
  readonly ttft_p50_ms: number | null;
  readonly ttft_p95_ms: number | null;
  /** Decimal string: spending of the last 60 s. */
  readonly spend_per_minute: string;
  readonly in_flight: number;
  readonly by_provider: readonly { provider: string; requests: number; errors: number }[];
}

/** State of one endpoint as the circuit breakers see it. */
export interface EndpointHealth {
  readonly endpoint_id: string;
  readonly provider: string;
  readonly model: string;
  readonly region: string | null;
  readonly state: 'ok' | 'degraded' | 'unavailable';
  /** ms until a request may go there again; null = now. */
  readonly retry_in_ms: number | null;
  /** Share of the requests of the last 5 minutes that failed by the endpoint's fault, 0–1. */
  readonly error_rate: number;
  /** Median time to the first byte over 5 minutes; null = nothing answered. */
  readonly p50_ms: number | null;
  /** How the last failure ended (`timeout`, `connect`, `status_503`, …); null = none in the last 5 minutes. */
  readonly last_error: string | null;
}

/** Server to client. */
export interface ServerToClientEvents {
  'request.completed': (event: Durable<{ rows: readonly RequestRow[] }>) => void;
  'balance.updated': (event: Durable<BalanceView>) => void;
  'budget.updated': (event: Durable<BudgetView>) => void;
  'budget.alert': (event: Durable<BudgetAlert>) => void;
  'notification.created': (event: Durable<NotificationView>) => void;
  'key.changed': (event: Durable<KeyView>) => void;
  /** Replay is not possible: reload by REST, then continue after `seq`. */
  snapshot: (event: { v: 1; seq: number }) => void;
  /** Sent first after each connect: who you are, and the newest seq. */
  welcome: (event: {
    v: 1;
    account: string;
    role: 'user' | 'operator' | 'admin';
    seq: number;
  }) => void;
  'inflight.updated': (event: { v: 1; at: string; rows: readonly InflightRow[] }) => void;
  /** Operators only. */
  'stats.tick': (event: StatsTick) => void;
  /** Operators only: settled requests of all accounts, batched; `left_out` counts rows above 200/s. */
  'feed.rows': (event: {
    v: 1;
    rows: readonly (RequestRow & { account: string; user?: string })[];
    left_out: number;
  }) => void;
  'endpoint.health': (event: { v: 1; endpoints: readonly EndpointHealth[] }) => void;
  'price.changed': (event: { v: 1; model: string }) => void;
  'template.changed': (event: { v: 1; id: string; name: string }) => void;
  announcement: (event: { v: 1; announcement: AnnouncementView }) => void;
  /** The server asks for silence (deploys, overload): state Paused. */
  paused: (event: { v: 1; reason: string }) => void;
}

/** Client to server. ≤ 1 KB a message, ≤ 20 a second. */
export interface ClientToServerEvents {
  'session.renew': (
    message: { token: string },
    ack: (result: { ok: boolean; expires_in?: number }) => void,
  ) => void;
  /** Asks for durable events after `since`, as on connect. */
  resume: (message: { since: number }) => void;
}

/** What the client sends in `auth` of the handshake. */
export interface LiveHandshake {
  token: string;
  /** Last durable seq applied; 0 or absent = none: nothing is replayed. */
  since?: number;
}
