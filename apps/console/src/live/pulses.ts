import { z } from 'zod';
import type { EndpointHealth, InflightRow, StatsTick } from '@weir/contracts';
import { formatMoney, nano, parseMoney, sumNano } from '@weir/units';
import type { PulseRow } from './live.repository.js';

/** Rows shown of all gateways together. */
export const INFLIGHT_ROWS_MAX = 200;

const inflightRow = z.object({
  generation_id: z.string(),
  account: z.uuid(),
  user: z.string().optional(),
  key: z.object({ id: z.string(), label: z.string(), prefix: z.string() }),
  endpoint: z.string(),
  model: z.string(),
  provider: z.string().nullable(),
  mode: z.string(),
  template: z.string().nullable(),
  streamed: z.boolean(),
  accepted_at: z.string(),
  elapsed_ms: z.number(),
  output_tokens: z.number(),
  cost: z.string(),
  held: z.string(),
  client_ip: z.string().nullable(),
});
const tick = z.object({
  at: z.string(),
  requests: z.number(),
  ok: z.number(),
  client_errors: z.number(),
  server_errors: z.number(),
  tokens: z.number(),
  ttft_p50_ms: z.number().nullable(),
  ttft_p95_ms: z.number().nullable(),
  spend_per_minute: z.string(),
  in_flight: z.number(),
  by_provider: z.array(
    z.object({ provider: z.string(), requests: z.number(), errors: z.number() }),
  ),
});
type Tick = z.infer<typeof tick>;
const health = z.object({
  endpoint_id: z.string(),
  provider: z.string(),
  model: z.string(),
  region: z.string().nullable(),
  state: z.enum(['ok', 'degraded', 'unavailable']),
  retry_in_ms: z.number().nullable(),
  error_rate: z.number(),
  p50_ms: z.number().nullable(),
  // A gateway of the first release tells none.
  last_error: z.string().nullable().default(null),
});
const withHealth = z.object({ endpoints: z.array(health) });
const SEVERITY = { ok: 0, degraded: 1, unavailable: 2 } as const;

/** What runs now on all gateways, longest first. Rows that cannot be read are left out, never guessed. */
export function inflightRows(pulses: readonly PulseRow[]): InflightRow[] {
  const rows: InflightRow[] = [];
  for (const pulse of pulses) {
    const list = z.array(z.unknown()).safeParse(pulse.inflight);
    for (const item of list.success ? list.data : []) {
      const row = inflightRow.safeParse(item);
      if (!row.success) continue;
      const { user, ...rest } = row.data;
      rows.push(user === undefined ? rest : { ...rest, user });
    }
  }
  return rows.sort((a, b) => b.elapsed_ms - a.elapsed_ms).slice(0, INFLIGHT_ROWS_MAX);
}

/** Held nano per account over all gateways. */
export function heldByAccount(pulses: readonly PulseRow[]): Map<string, bigint> {
  const held = new Map<string, bigint>();
  const amounts = z.record(z.string(), z.union([z.string().regex(/^\d+$/), z.number().int()]));
  for (const pulse of pulses) {
    const parsed = amounts.safeParse(pulse.held);
    for (const [account, amount] of Object.entries(parsed.success ? parsed.data : {}))
      held.set(account, (held.get(account) ?? 0n) + BigInt(amount));
  }
  return held;
}

/** Each endpoint as the gateway that sees it worst does. */
export function endpointHealth(pulses: readonly PulseRow[]): EndpointHealth[] {
  const worst = new Map<string, EndpointHealth>();
  for (const pulse of pulses) {
    const parsed = withHealth.safeParse(pulse.tick);
    for (const one of parsed.success ? parsed.data.endpoints : []) {
      const known = worst.get(one.endpoint_id);
      if (!known || SEVERITY[one.state] > SEVERITY[known.state]) worst.set(one.endpoint_id, one);
    }
  }
  return [...worst.values()];
}

/** One second of all traffic: counts are added; percentiles, which cannot be, are weighted by requests (p50) or the worst (p95). */
export function mergeTicks(pulses: readonly PulseRow[], nowIso: string): StatsTick {
  const ticks = pulses.flatMap((pulse) => {
    const parsed = tick.safeParse(pulse.tick);
    return parsed.success ? [parsed.data] : [];
  });
  const sum = (of: (one: Tick) => number): number =>
    ticks.reduce((total, one) => total + of(one), 0);
  const byProvider = new Map<string, { provider: string; requests: number; errors: number }>();
  for (const one of ticks.flatMap((each) => each.by_provider)) {
    const merged = byProvider.get(one.provider) ?? {
      provider: one.provider,
      requests: 0,
      errors: 0,
    };
    merged.requests += one.requests;
    merged.errors += one.errors;
    byProvider.set(one.provider, merged);
  }
  return {
    v: 1,
    // The gateways' own second, on the database's clock; our clock only while none lives.
    at:
      ticks
        .map((one) => one.at)
        .sort()
        .at(-1) ?? nowIso,
    requests: sum((one) => one.requests),
    ok: sum((one) => one.ok),
    client_errors: sum((one) => one.client_errors),
    server_errors: sum((one) => one.server_errors),
    tokens: sum((one) => one.tokens),
    ttft_p50_ms: weighted(ticks),
    ttft_p95_ms: ticks.reduce<number | null>((worst, one) => larger(worst, one.ttft_p95_ms), null),
    spend_per_minute: formatMoney(
      nano(sumNano(ticks.map((one) => parseMoney(one.spend_per_minute)))),
    ),
    in_flight: sum((one) => one.in_flight),
    by_provider: [...byProvider.values()].sort((a, b) => b.requests - a.requests),
  };
}

function weighted(ticks: readonly Tick[]): number | null {
  let total = 0;
  let weights = 0;
  for (const one of ticks) {
    if (one.ttft_p50_ms === null) continue;
    const weight = Math.max(1, one.requests);
    total += one.ttft_p50_ms * weight;
    weights += weight;
  }
  return weights === 0 ? null : Math.round(total / weights);
}

const larger = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);
