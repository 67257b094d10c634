import { addedPromptTokens, NO_NEEDS } from '../dialect/needs.js';
import type { RequestNeeds } from '../dialect/needs.js';
import { utf8Bytes } from '../text/text-size.js';
import { chatNeeds } from './chat-needs.js';
import { InputMeasure } from './input-measure.js';
import { asRecord } from './usage.js';

/** What the gateway must know of a request before it holds money for it. */
export interface RequestReading {
  /** The model the client asked for. */
  readonly model: string;
  readonly stream: boolean;
  /** Whether the client asked for the usage chunk of a stream. */
  readonly includeUsageAsked: boolean;
  /** The client's bound of output tokens per choice; null = none. */
  readonly maxTokens: number | null;
  /** The member that carried it. */
  readonly maxTokensField: MaxTokensField | null;
  /** Answers asked for (`n`): each may be `maxTokens` long. */
  readonly choices: number;
  /** No text input can be more tokens than this: UTF-8 bytes of every text that reaches the model. */
  readonly inputTokensBound: number;
  /** Tokens of a predicted answer, billed as output where rejected: an upper bound. */
  readonly predictionTokensBound: number;
  readonly images: number;
  readonly audios: number;
  readonly files: number;
  /** Whether the answer's usage shall carry its cost (`usage: {include: true}`). */
  readonly costAsked: boolean;
  /** What the model must be able to do. */
  readonly needs: RequestNeeds;
}

export type MaxTokensField = 'max_tokens' | 'max_completion_tokens';

/** Why a request is refused with 400, naming the member. */
export interface RequestProblem {
  readonly message: string;
  readonly param: string | null;
}

export type RequestResult =
  | { readonly ok: true; readonly request: RequestReading }
  | { readonly ok: false; readonly problem: RequestProblem };

/** Answers one request may ask for. */
export const CHOICES_MAX = 128;
const MODEL_CHARS_MAX = 300;
/** Tokens that open the answer, and room for members no one measures. */
export const FRAME_TOKENS = 16;

/** Members of a chat request, beside its messages, whose text reaches the model. */
const MEASURED = [
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'response_format',
  'web_search_options',
] as const;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a parsed `chat/completions` body.
 * @param byteLength counts UTF-8 bytes; a server passes its native function.
 */
export function readChatRequest(
  body: unknown,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  const json = asRecord(body);
  if (json === null) return requestProblem('The body must be a JSON object.', null);
  const model = modelOf(json);
  if (model === null) return requestProblem('`model` must be a non-empty string.', 'model');
  if (!Array.isArray(json['messages']) || json['messages'].length === 0) {
    return requestProblem('`messages` must be a non-empty array.', 'messages');
  }
  const stream = json['stream'] ?? false;
  if (typeof stream !== 'boolean')
    return requestProblem('`stream` must be true or false.', 'stream');
  const bound = maxTokensOf(json);
  if ('problem' in bound) return { ok: false, problem: bound.problem };
  const choices = json['n'] ?? 1;
  if (!isCount(choices) || choices > CHOICES_MAX) {
    return requestProblem(`\`n\` must be a whole number from 1 to ${String(CHOICES_MAX)}.`, 'n');
  }
  const input = new InputMeasure(byteLength);
  input.add(json['messages']);
  for (const member of MEASURED) if (json[member] !== undefined) input.addText(json[member]);
  const prediction = new InputMeasure(byteLength, () => null);
  prediction.add(asRecord(json['prediction'])?.['content']);
  const needs = chatNeeds(json, input);
  return {
    ok: true,
    request: {
      model,
      stream,
      includeUsageAsked: asRecord(json['stream_options'])?.['include_usage'] === true,
      ...bound,
      choices,
      inputTokensBound: input.bytes + FRAME_TOKENS + addedPromptTokens(needs),
      predictionTokensBound: prediction.bytes,
      images: input.images,
      audios: input.audios,
      files: input.files,
      costAsked: asRecord(json['usage'])?.['include'] === true,
      needs,
    },
  };
}

/** Reads a parsed `embeddings` body: texts, or lists of token numbers. */
export function readEmbeddingsRequest(
  body: unknown,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  const json = asRecord(body);
  if (json === null) return requestProblem('The body must be a JSON object.', null);
  const model = modelOf(json);
  if (model === null) return requestProblem('`model` must be a non-empty string.', 'model');
  const input = json['input'];
  const tokens = embeddingsInput(input, byteLength);
  if (tokens === null)
    return requestProblem('`input` must be text, texts or token numbers.', 'input');
  return {
    ok: true,
    request: {
      model,
      stream: false,
      includeUsageAsked: false,
      maxTokens: null,
      maxTokensField: null,
      choices: 1,
      inputTokensBound: tokens,
      predictionTokensBound: 0,
      images: 0,
      audios: 0,
      files: 0,
      costAsked: asRecord(json['usage'])?.['include'] === true,
      needs: NO_NEEDS,
    },
  };
}

/** Tokens a text has at most beyond its bytes (start and end marks of some models). */
const EMBEDDING_FRAME_TOKENS = 4;

function embeddingsInput(input: unknown, byteLength: (text: string) => number): number | null {
  if (typeof input === 'string') return byteLength(input) + EMBEDDING_FRAME_TOKENS;
  if (!Array.isArray(input) || input.length === 0) return null;
  let bound = EMBEDDING_FRAME_TOKENS;
  for (const item of input) {
    if (typeof item === 'string') bound += byteLength(item) + EMBEDDING_FRAME_TOKENS;
    else if (typeof item === 'number') bound += 1;
    else if (Array.isArray(item)) bound += item.length + EMBEDDING_FRAME_TOKENS;
    else return null;
  }
  return bound;
}

/** The model's name; null where it is none. */
export function modelOf(json: Json): string | null {
  const model = json['model'];
  return typeof model === 'string' && model !== '' && model.length <= MODEL_CHARS_MAX
    ? model
    : null;
}

function maxTokensOf(
  json: Json,
):
  | { readonly maxTokens: number | null; readonly maxTokensField: MaxTokensField | null }
  | { readonly problem: RequestProblem } {
  const completion = json['max_completion_tokens'] ?? null;
  const legacy = json['max_tokens'] ?? null;
  // Providers differ in which one wins, and only one of them would be held for.
  if (completion !== null && legacy !== null) {
    const message = 'Give either `max_completion_tokens` or `max_tokens`, not both.';
    return { problem: { message, param: 'max_tokens' } };
  }
  const maxTokensField = completion !== null ? 'max_completion_tokens' : 'max_tokens';
  const maxTokens = completion ?? legacy;
  if (maxTokens === null) return { maxTokens: null, maxTokensField: null };
  if (!isCount(maxTokens)) {
    const message = `\`${maxTokensField}\` must be a whole number of at least 1.`;
    return { problem: { message, param: maxTokensField } };
  }
  return { maxTokens, maxTokensField };
}

/** Whether a value is a whole number of at least 1. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/** A refusal that names the member. */
export function requestProblem(message: string, param: string | null): RequestResult {
  return { ok: false, problem: { message, param } };
}
