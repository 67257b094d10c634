import { shareCost } from '@weir/domain';
import type { SettleRow } from '@weir/contracts';
import { nano } from '@weir/units';
import { settleRow } from '../settlement/settle-row.js';
import type { BeginRecord, Charged, EndRecord } from './money-path.types.js';
import type { RunningRequest } from './running-request.js';

/** What the customer is charged and what the operator bears, before the hold is widened (H23). */
export function chargeOf(request: RunningRequest, record: EndRecord): Charged {
  const share = shareCost(nano(record.costNano), nano(request.heldNano));
  return {
    costNano: share.chargedNano,
    absorbedNano: share.absorbedNano + record.surplusNano,
    tokens: record.tokens,
  };
}

/** Whether an allowance holds less than is charged to it. */
export function exceedsHold(request: RunningRequest, charged: Charged): boolean {
  if (charged.costNano > request.heldNano) return true;
  const { leases, heldByKind } = request.hold;
  for (let kind = 1; kind <= 3; kind += 1) {
    if (leases[kind] != null && charged.tokens > (heldByKind[kind] ?? 0n)) return true;
  }
  return false;
}

/** The settlement row of an ended request. */
export function rowOf(
  request: RunningRequest,
  begin: BeginRecord,
  record: EndRecord,
  texts: { readonly costText: string; readonly tokensText: string; readonly absorbedText: string },
): SettleRow {
  const { id, account, key, epoch, acceptedAtMs } = request;
  const { costText, tokensText, absorbedText } = texts;
  const money = { id, account, key, epoch, acceptedAtMs, holds: request.holds() };
  return settleRow(
    { ...money, costText, tokensText, absorbedText, exposureText: '0' },
    begin,
    record.row,
  );
}
