import {
  DONE_FRAME,
  openAiUsage,
  rewriteRequest,
  scanJsonObject,
  usageFrame,
  type AnswerStream,
} from '@weir/providers';
import type { Usage } from '@weir/domain';
import { costHeaderOf } from '../end/answer-headers.js';
import type { Charged } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

/**
 * The cost of an answer in its usage object, for requests with `usage: {include: true}`. Written as text, for a cost
 * is exact and a float is not; every other byte of the answer stays.
 */

const USAGE_OPEN = '"usage":{';

/** A whole answer with its cost; its usage object is ours where the provider sent none. */
export function withCost(body: Buffer, usage: Usage | null, charged: Charged): Uint8Array {
  const scan = scanJsonObject(body);
  if (!scan.ok) return body;
  const member = scan.object.members.find(({ name }) => name === 'usage');
  const given =
    member === undefined ? '' : body.toString('utf8', member.valueStart, member.valueEnd);
  const own = given.startsWith('{')
    ? given
    : usage === null
      ? null
      : JSON.stringify(openAiUsage(usage));
  if (own === null) return body;
  const inner = own.slice(1).trimStart();
  const separator = inner.startsWith('}') ? '' : ',';
  const text = `{${costMembers(charged)}${separator}${inner}`;
  return rewriteRequest(body, scan.object, { set: { usage: text } });
}

/** The last bytes of a chat stream with a usage chunk that tells the cost, before the end. */
export function withCostEvent(
  x: Exchange,
  stream: AnswerStream,
  out: Uint8Array,
  charged: Charged & { readonly usage: Usage },
): Uint8Array {
  const { id = null, createdS = null, reportedModel } = stream;
  const head = { id: id ?? x.hold?.id ?? null, reportedModel, createdS };
  const event = Buffer.from(
    Buffer.from(usageFrame(head, charged.usage))
      .toString()
      .replace(USAGE_OPEN, () => `${USAGE_OPEN}${costMembers(charged)},`),
  );
  const bytes = Buffer.from(out.buffer, out.byteOffset, out.byteLength);
  const done = bytes.lastIndexOf(DONE_FRAME.subarray(0, DONE_MARK_BYTES));
  const at = done < 0 ? bytes.length : done;
  return Buffer.concat([bytes.subarray(0, at), event, bytes.subarray(at)]);
}

/** `data: [DONE]`, without its line ends, which providers write as they like. */
const DONE_MARK_BYTES = 12;

function costMembers(charged: Charged): string {
  return `"cost":${costHeaderOf(charged)},"cost_details":{"upstream_inference_cost":null}`;
}
