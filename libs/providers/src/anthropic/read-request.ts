import type { RequestNeeds } from '../dialect/needs.js';
import type { RequestProblem, RequestResult } from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import { utf8Bytes } from '../text/text-size.js';
import { measureMessages, schemaOf } from './message-input.js';
import type { MessagesInput } from './message-input.js';

type Json = Readonly<Record<string, unknown>>;
type Bound =
  | { readonly ok: true; readonly maxTokens: number | null }
  | { readonly ok: false; readonly problem: RequestProblem };

const MODEL_CHARS_MAX = 300;

/**
 * Reads a parsed `/v1/messages` body. `max_tokens` is required; 0 is Anthropic's way to fill the prompt cache only.
 * @param byteLength counts UTF-8 bytes; a server passes its native function.
 */
export function readMessagesRequest(
  body: unknown,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  return read(body, byteLength, boundOf);
}

/** Reads a parsed `/v1/messages/count_tokens` body: the same without an output bound, and never a stream. */
export function readCountTokensRequest(
  body: unknown,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  const result = read(body, byteLength, () => ({ ok: true, maxTokens: null }));
  return result.ok ? { ok: true, request: { ...result.request, stream: false } } : result;
}

function read(
  body: unknown,
  byteLength: (text: string) => number,
  boundOfBody: (json: Json) => Bound,
): RequestResult {
  const json = asRecord(body);
  if (json === null) return refused('The body must be a JSON object.', null);
  const model = json['model'];
  if (typeof model !== 'string' || model === '' || model.length > MODEL_CHARS_MAX) {
    return refused('`model` must be a non-empty string.', 'model');
  }
  const messages = json['messages'];
  if (!Array.isArray(messages) || messages.length === 0) {
    return refused('`messages` must be a non-empty array.', 'messages');
  }
  const stream = json['stream'] ?? false;
  if (typeof stream !== 'boolean') return refused('`stream` must be true or false.', 'stream');
  // Fast mode is billed at a multiple of the price that would be held for.
  if ((json['speed'] ?? 'standard') !== 'standard') {
    return refused(
      '`speed` must be "standard" or left out: other speeds have no price here.',
      'speed',
    );
  }
  const bound = boundOfBody(json);
  if (!bound.ok) return bound;
  const input = measureMessages(json, byteLength);
  return {
    ok: true,
    request: {
      model,
      stream,
      // This dialect's streams always carry their usage.
      includeUsageAsked: true,
      maxTokens: bound.maxTokens,
      maxTokensField: 'max_tokens',
      choices: 1,
      inputTokensBound: input.tokensBound,
      predictionTokensBound: 0,
      images: input.images,
      audios: 0,
      files: input.files,
      costAsked: asRecord(json['usage'])?.['include'] === true,
      needs: needsOf(json, input),
    },
  };
}

function boundOf(json: Json): Bound {
  const maxTokens = json['max_tokens'] ?? null;
  if (typeof maxTokens === 'number' && Number.isSafeInteger(maxTokens) && maxTokens >= 0) {
    return { ok: true, maxTokens };
  }
  const message =
    maxTokens === null
      ? '`max_tokens` is required: the most tokens the answer may have.'
      : '`max_tokens` must be a whole number of at least 0.';
  return { ok: false, problem: { message, param: 'max_tokens' } };
}

function needsOf(json: Json, input: MessagesInput): RequestNeeds {
  const tools = json['tools'];
  const thinking = asRecord(json['thinking'])?.['type'] ?? 'disabled';
  return {
    tools: Array.isArray(tools) && tools.length > 0,
    images: input.images > 0,
    audio: false,
    files: input.files > 0,
    json: schemaOf(json) !== null,
    reasoning: thinking !== 'disabled',
  };
}

function refused(message: string, param: string | null): RequestResult {
  return { ok: false, problem: { message, param } };
}
