/**
 * The settlement row of a request whose gateway died. What ended is exact. A stream is charged what its last
 * progress shows, at the prices in its `begin`, never more than it held. A request without progress costs
 * nothing: upstream may bill it, which is shown as exposure and borne by the operator.
 */
import type { SettleRow } from '@weir/contracts';
import { completePrice, costNano, effectiveTokens, totalTokens } from '@weir/domain';
import type { ClassPrices, CompletePrice } from '@weir/domain';
import { factor, nano } from '@weir/units';
import type { EndRecord } from '../money/money-path.types.js';
import type { BeginEntry, EndEntry, ProgressEntry } from '../journal/records.js';
import { settleRow } from '../settlement/settle-row.js';
import type { RequestState } from './request-state.js';

type Candidate = BeginEntry['candidates'][number];

/** Status of the row of a request that was running when its gateway died. */
const LOST_STATUS = 'gateway_lost';
const LOST_HTTP_STATUS = 500;
const INTEGER_TEXT = /^-?\d{1,19}$/;
const UUID_TEXT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The row of a request, or null when none is due (void) or possible (its begin is unreadable). */
export function recoveredRow(state: RequestState): SettleRow | null {
  const { begin } = state;
  if (begin === null) return null;
  if (state.end !== null) return endedRow(begin, state.end);
  if (state.void) return null;
  const index = begin.candidates[state.candidate] === undefined ? 0 : state.candidate;
  return openRow(begin, state.progress, index);
}

function endedRow(begin: BeginEntry, end: EndEntry): SettleRow {
  const money = {
    costText: end.cost,
    tokensText: end.tokens,
    absorbedText: end.absorbed,
    exposureText: '0',
    holds: end.holds,
  };
  // Zod fills `trace` with undefined when absent; JSON knows no undefined, and the column takes null.
  const row = { ...end.row, trace: end.row.trace ?? null };
  return settleRow({ ...identity(begin), ...money }, begin, row);
}

function openRow(begin: BeginEntry, progress: ProgressEntry | null, index: number): SettleRow {
  const candidate = begin.candidates[index];
  const model = begin.candidateModels?.[index] ?? begin.model;
  const holds = progress?.holds ?? begin.holds;
  const heldNano = BigInt(holds[0] ?? '0');
  const charge =
    progress === null || candidate === undefined
      ? { costNano: 0n, tokens: 0n }
      : progressCharge(begin, progress, candidate, heldNano);
  const money = {
    costText: charge.costNano.toString(),
    tokensText: charge.tokens.toString(),
    absorbedText: '0',
    exposureText: (heldNano - charge.costNano).toString(),
    holds,
  };
  return settleRow({ ...identity(begin), ...money }, begin, {
    ...lostRecord(progress, candidate),
    model,
  });
}

function identity(begin: BeginEntry): {
  id: string;
  account: string;
  key: string;
  epoch: string;
  acceptedAtMs: number;
} {
  const { id, account, key, epoch, at } = begin;
  return { id, account, key, epoch, acceptedAtMs: at };
}

function progressCharge(
  begin: BeginEntry,
  progress: ProgressEntry,
  candidate: Candidate,
  heldNano: bigint,
): { costNano: bigint; tokens: bigint } {
  const cost: bigint = costNano(progress.usage, priceOf(candidate));
  return {
    costNano: cost < heldNano ? cost : heldNano,
    tokens: effectiveTokens(
      totalTokens(progress.usage),
      factor(begin.templateFactor),
      factor(candidate.serverFactor),
    ),
  };
}

function priceOf({ price, priceVersion }: Candidate): CompletePrice {
  const listed = {
    versionId: priceVersion,
    ...classPricesOf(price),
    request: nano(BigInt(price.request)),
  };
  if (price.tiers === undefined) return completePrice(listed);
  const tiers = price.tiers.map((tier) => ({
    abovePromptTokens: tier.above,
    ...classPricesOf(tier),
  }));
  return completePrice({ ...listed, tiers });
}

function classPricesOf(prices: Omit<Candidate['price'], 'request' | 'tiers'>): ClassPrices {
  return {
    input: nano(BigInt(prices.input)),
    cacheRead: nano(BigInt(prices.cacheRead)),
    cacheWrite5m: nano(BigInt(prices.cacheWrite5m)),
    cacheWrite1h: nano(BigInt(prices.cacheWrite1h)),
    output: nano(BigInt(prices.output)),
  };
}

function lostRecord(
  progress: ProgressEntry | null,
  candidate: Candidate | undefined,
): EndRecord['row'] {
  const usage = progress?.usage ?? null;
  const version = candidate?.priceVersion ?? '';
  const endpoint = candidate?.endpointId ?? '';
  return {
    first_byte_at: null,
    completed_at: null,
    reported_model: null,
    provider: candidate?.provider ?? null,
    endpoint_id: UUID_TEXT.test(endpoint) ? endpoint : null,
    region: candidate?.region ?? null,
    http_status: LOST_HTTP_STATUS,
    status: LOST_STATUS,
    finish_reason: null,
    input_tokens: usage?.input ?? null,
    cache_read_tokens: usage?.cacheRead ?? null,
    cache_write_5m_tokens: usage?.cacheWrite5m ?? null,
    cache_write_1h_tokens: usage?.cacheWrite1h ?? null,
    output_tokens: usage?.output ?? null,
    reasoning_tokens: usage?.reasoning ?? null,
    source: usage === null ? 'none' : 'estimated',
    price_version: INTEGER_TEXT.test(version) ? version : null,
    server_factor: candidate?.serverFactor ?? 10_000,
    latency_ms: null,
    duration_ms: null,
    attempts: 1,
    trace: null,
  };
}
