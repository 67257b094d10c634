import { scanJsonObject } from '../openai/json-members.js';
import type { JsonObjectScan } from '../openai/json-members.js';
import { rewriteRequest, STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import type { RequestEdits } from '../openai/rewrite-request.js';
import { decodeUtf8 } from '../text/parse-json.js';
import { snakeCase } from './members.js';

/** Members that never reach a provider: the model is the path's, and another one in the body was not paid for. */
const STRIPPED: readonly string[] = [...STRIPPED_MEMBERS, 'model'];

const CONFIG = 'generationConfig';
const MAX_TOKENS = 'maxOutputTokens';

/**
 * The edits that turn a client's request into the one sent upstream.
 * @param maxTokens the bound of output tokens to set inside `generationConfig`; null = the client's own stands.
 */
export function geminiEdits(
  body: Uint8Array,
  object: JsonObjectScan,
  maxTokens: number | null,
): RequestEdits {
  if (maxTokens === null) return { remove: STRIPPED };
  const config = object.members.find((member) => isSpelling(member.name, CONFIG));
  if (config === undefined) {
    return { set: { [CONFIG]: configOf(maxTokens) }, remove: STRIPPED };
  }
  const value = body.subarray(config.valueStart, config.valueEnd);
  return { set: { [config.name]: withMaxTokens(value, maxTokens) }, remove: STRIPPED };
}

/** The text of a `generationConfig` with its bound set; every other byte stays. `null` becomes an object. */
function withMaxTokens(config: Uint8Array, maxTokens: number): string {
  const scan = scanJsonObject(config);
  if (!scan.ok) return configOf(maxTokens);
  const given = scan.object.members.find((member) => isSpelling(member.name, MAX_TOKENS));
  const set = { [given?.name ?? MAX_TOKENS]: String(maxTokens) };
  return decodeUtf8(rewriteRequest(config, scan.object, { set }));
}

function configOf(maxTokens: number): string {
  return `{"${MAX_TOKENS}":${String(maxTokens)}}`;
}

function isSpelling(name: string, camelCase: string): boolean {
  return name === camelCase || name === snakeCase(camelCase);
}
