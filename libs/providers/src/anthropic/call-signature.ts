import { asRecord } from '../openai/usage.js';
import { parseJson } from '../text/parse-json.js';

/**
 * Gemini signs its tool calls and wants the signature back with them; Anthropic's `tool_use` has no place for one. It
 * travels in a `redacted_thinking` block before the call: opaque by definition, shown to nobody, and sent back by
 * every client that keeps a tool loop alive.
 */

/** A tool call's signature, and the call it belongs to. */
export interface CallSignature {
  readonly callId: string;
  readonly signature: string;
}

const MARK = 'weir-call:';

/** The `data` of the block that carries a signature. */
export function sealCallSignature(carried: CallSignature): string {
  return MARK + JSON.stringify(carried);
}

/** The signature that a block's `data` carries; null for data that a provider made. */
export function openCallSignature(data: string): CallSignature | null {
  if (!data.startsWith(MARK)) return null;
  const carried = asRecord(parseJson(data.slice(MARK.length)));
  const callId = carried?.['callId'];
  const signature = carried?.['signature'];
  return typeof callId === 'string' && typeof signature === 'string' ? { callId, signature } : null;
}
