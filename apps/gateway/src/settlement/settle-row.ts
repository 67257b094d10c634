import type { SettleRow } from '@weir/contracts';
import type { BeginRecord, EndRecord } from '../money/money-path.types.js';

/** The parts of a settlement row that come from the hold and from what is charged in the end. */
export interface RowMoney {
  readonly id: string;
  readonly account: string;
  readonly key: string;
  readonly epoch: string;
  /** ms since 1970; names the periods of the charge. */
  readonly acceptedAtMs: number;
  /** Held on each kind when the request ended, as text. */
  readonly holds: string[];
  readonly costText: string;
  readonly tokensText: string;
  readonly absorbedText: string;
  readonly exposureText: string;
}

/** The row of an ended request: its fields are columns of table `request`. */
export function settleRow(money: RowMoney, begin: BeginRecord, end: EndRecord['row']): SettleRow {
  return {
    ...end,
    id: money.id,
    account: money.account,
    key: money.key,
    epoch: money.epoch,
    accepted_at: new Date(money.acceptedAtMs).toISOString(),
    endpoint: begin.endpoint,
    dialect: begin.dialect,
    streamed: begin.streamed,
    requested_model: begin.requestedModel,
    model: end.model ?? begin.model,
    template: begin.template,
    mode: begin.mode,
    parent: begin.parent,
    template_factor: begin.templateFactor,
    client_ip: begin.clientIp,
    user_agent: begin.userAgent,
    correlation_id: begin.correlationId,
    tokens: money.tokensText,
    cost_nano: money.costText,
    absorbed_nano: money.absorbedText,
    exposure_nano: money.exposureText,
    holds: money.holds,
  };
}
