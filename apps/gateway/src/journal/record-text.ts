/**
 * Records as JSON text, built by hand: this runs twice per request, and JSON.stringify of the objects would
 * cost more than writing them. Ids and numbers need no escaping; everything a client or an operator may have
 * chosen is quoted by JSON.stringify.
 */
import type { BeginCandidate, BeginRecord, ProgressUsage } from '../money/money-path.types.js';
import type { RowText } from '../settlement/row-text.js';

/** What a record says about the request's hold. */
export interface RecordedHold {
  readonly id: string;
  readonly account: string;
  readonly key: string;
  readonly epoch: string;
  /** ms since 1970. */
  readonly acceptedAtMs: number;
  /** Held on each kind, as text: `["0","12",…]`. */
  readonly holdsText: string;
}

/** Candidates are objects of the configuration cache: each is written once, not once per request. */
const candidateTexts = new WeakMap<BeginCandidate, string>();

/** Before the upstream sees a byte. */
export function beginText(hold: RecordedHold, record: BeginRecord): string {
  const models =
    record.candidateModels === undefined
      ? ''
      : `,"candidateModels":${JSON.stringify(record.candidateModels)}`;
  return (
    `{"t":"begin","id":"${hold.id}","account":"${hold.account}","key":"${hold.key}","epoch":"${hold.epoch}"` +
    `,"at":${hold.acceptedAtMs},"holds":${hold.holdsText}` +
    `,"endpoint":${JSON.stringify(record.endpoint)},"dialect":${JSON.stringify(record.dialect)}` +
    `,"streamed":${record.streamed},"requestedModel":${JSON.stringify(record.requestedModel)}` +
    `,"model":${JSON.stringify(record.model)},"template":${JSON.stringify(record.template)}` +
    `,"mode":${JSON.stringify(record.mode)},"parent":${JSON.stringify(record.parent)}` +
    `,"templateFactor":${record.templateFactor},"clientIp":${JSON.stringify(record.clientIp)}` +
    `,"userAgent":${JSON.stringify(record.userAgent)},"correlationId":${JSON.stringify(record.correlationId)}` +
    `,"inputTokensBound":${record.inputTokensBound},"candidates":[${candidatesText(record.candidates)}]${models}}`
  );
}

/** Before each dispatch after the first. */
export function attemptText(id: string, candidateIndex: number): string {
  return `{"t":"attempt","id":"${id}","candidate":${candidateIndex}}`;
}

/** What a stream has produced so far. */
export function progressText(id: string, usage: ProgressUsage, holdsText: string): string {
  return (
    `{"t":"progress","id":"${id}","usage":{"input":${usage.input},"cacheRead":${usage.cacheRead}` +
    `,"cacheWrite5m":${usage.cacheWrite5m},"cacheWrite1h":${usage.cacheWrite1h},"output":${usage.output}` +
    `,"reasoning":${usage.reasoning}},"holds":${holdsText}}`
  );
}

/** Nothing was dispatched, or nothing was charged. */
export function voidText(id: string): string {
  return `{"t":"void","id":"${id}"}`;
}

/** The charge as settled, and the whole settlement row as text. */
export function endText(input: {
  readonly id: string;
  readonly costText: string;
  readonly absorbedText: string;
  readonly tokensText: string;
  readonly holdsText: string;
  readonly row: RowText;
}): string {
  return (
    `{"t":"end","id":"${input.id}","cost":"${input.costText}","absorbed":"${input.absorbedText}"` +
    `,"tokens":"${input.tokensText}","holds":${input.holdsText},"row":${input.row}}`
  );
}

function candidatesText(candidates: readonly BeginCandidate[]): string {
  let text = '';
  for (const candidate of candidates) {
    let one = candidateTexts.get(candidate);
    if (one === undefined) {
      one = JSON.stringify(candidate);
      candidateTexts.set(candidate, one);
    }
    text += text === '' ? one : `,${one}`;
  }
  return text;
}
