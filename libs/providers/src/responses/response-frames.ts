import type { ErrorFacts } from '../errors/openai-error.js';
import { openAiError } from '../errors/openai-error.js';
import { encodeUtf8 } from '../text/parse-json.js';

/** One event of a Responses stream: the type names the event too. */
export function responseFrame(type: string, sequenceNumber: number, members: object): Uint8Array {
  const data = JSON.stringify({ type, sequence_number: sequenceNumber, ...members });
  return encodeUtf8(`event: ${type}\ndata: ${data}\n\n`);
}

/** An error in mid-stream, where clients look for it: at the root, and as the object that SDKs throw. */
export function responseErrorFrame(facts: ErrorFacts, sequenceNumber: number): Uint8Array {
  const { error } = openAiError(facts);
  const { code, message, param } = error;
  return responseFrame('error', sequenceNumber, { code, message, param, error });
}
