import type { InflightRow } from '@weir/contracts';
import { costNano } from '@weir/domain';
import { formatMoney, nano } from '@weir/units';
import type { Exchange } from '../request/exchange.js';

/** Running requests as dashboards show them, the oldest `rowsMax` of them. No prompt, no answer. */
export function inflightRows(running: readonly Exchange[], rowsMax: number): InflightRow[] {
  const rows: InflightRow[] = [];
  const nowMs = performance.now();
  const oldest = [...running].sort((a, b) => a.arrivedMs - b.arrivedMs);
  for (const x of oldest) {
    if (rows.length >= rowsMax) break;
    const { hold, key, model } = x;
    if (hold === null || key === null || model === null) continue;
    const usage = x.relay?.usage() ?? null;
    const priced = x.candidates[x.candidateIndex];
    const cost = usage === null || priced === undefined ? 0n : costNano(usage, priced.price);
    rows.push({
      generation_id: `gen_${hold.id}`,
      account: hold.account,
      key: { id: key.id, label: key.label, prefix: key.prefix },
      endpoint: x.route.path,
      model: priced?.endpoint.model ?? model.id,
      provider: x.attempt?.endpoint.endpoint.provider ?? null,
      mode: 'native',
      template: key.templateName,
      streamed: x.call?.reading.stream ?? false,
      accepted_at: new Date(hold.acceptedAtMs).toISOString(),
      elapsed_ms: Math.round(nowMs - x.arrivedMs),
      output_tokens: usage?.output ?? 0,
      cost: formatMoney(nano(cost)),
      held: formatMoney(nano(x.heldCostNano)),
      client_ip: x.recordedAddress,
    });
  }
  return rows;
}
