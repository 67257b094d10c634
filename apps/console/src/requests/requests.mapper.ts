import type { RequestDetail, RequestRow, RoutingTrace } from '@weir/contracts';
import type { Price } from '@weir/domain';
import { factor, formatFactor } from '@weir/units';
import { receiptLines } from './receipt.js';
import type { DetailRow, ListedRow } from './requests.repository.js';

/** A row as its owner sees it; operators also get whose it is. */
export const toRequestRow = (
  listed: ListedRow,
  withUser: boolean,
): RequestRow & { account?: string; user?: string } => ({
  ...listed.row,
  ...(listed.note === null ? {} : { note: listed.note }),
  ...(withUser ? { account: listed.account, user: listed.user ?? '' } : {}),
});

/** Decode speed: output tokens after the first byte, per second. Null where nothing can be said. */
function tokensPerSecond(detail: DetailRow): number | null {
  const { row } = detail;
  const spanMs = row.streamed ? detail.streamed_ms : row.duration_ms;
  if (row.output_tokens === null || row.output_tokens === 0 || spanMs === null || spanMs <= 0)
    return null;
  return Math.round((row.output_tokens * 10_000) / spanMs) / 10;
}

/** The trace with what each attempt used and cost; of a request's only attempt the row itself says it. */
function withBills({ trace, row }: DetailRow): RoutingTrace | null {
  const [only, ...others] = trace?.attempts ?? [];
  if (trace === null || only === undefined || others.length > 0 || only.cost !== undefined)
    return trace;
  const usage =
    row.input_tokens === null
      ? null
      : {
          input_tokens: row.input_tokens,
          cache_read_tokens: row.cache_read_tokens ?? 0,
          cache_write_5m_tokens: row.cache_write_5m_tokens ?? 0,
          cache_write_1h_tokens: row.cache_write_1h_tokens ?? 0,
          output_tokens: row.output_tokens ?? 0,
          reasoning_tokens: row.reasoning_tokens ?? 0,
        };
  return { ...trace, attempts: [{ ...only, model: row.model, usage, cost: row.cost }] };
}

/** GET /api/requests/{generation_id}. */
export const toRequestDetail = (detail: DetailRow, price: Price | null): RequestDetail => ({
  ...detail.row,
  ...(detail.note === null ? {} : { note: detail.note }),
  account: detail.account,
  reported_model: detail.reported_model,
  first_byte_at: detail.first_byte_at,
  settled_at: detail.settled_at,
  finish_reason: detail.finish_reason,
  tokens_per_second: tokensPerSecond(detail),
  absorbed: detail.absorbed,
  attempts: detail.attempts,
  trace: withBills(detail),
  client_ip: detail.client_ip,
  user_agent: detail.user_agent,
  request_id: detail.request_id,
  template_factor: formatFactor(factor(detail.template_factor)),
  server_factor: formatFactor(factor(detail.server_factor)),
  lines: receiptLines(detail, price),
});
