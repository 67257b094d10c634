import { addedPromptTokens } from '../dialect/needs.js';
import type { RequestNeeds } from '../dialect/needs.js';
import type { InputMeasure } from '../openai/input-measure.js';
import { CHOICES_MAX } from '../openai/read-request.js';
import type { RequestProblem, RequestResult } from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import { utf8Bytes } from '../text/text-size.js';
import { requestOf } from './count-input.js';
import { measureGeminiInput } from './input-measure.js';
import { isGivenTwice, member, objectMember, objectsMember } from './members.js';
import type { Json } from './members.js';

const MODEL_CHARS_MAX = 300;
/** Tokens that open the answer, and room for members no one measures. */
const FRAME_TOKENS = 16;

/** Members that would decide over money in two ways if both their spellings were given. */
const SPELT_ONCE = ['systemInstruction', 'generationConfig'] as const;
const CONFIG_SPELT_ONCE = ['maxOutputTokens', 'candidateCount'] as const;

/**
 * Members that refer to what the provider's account holds: another caller may have put it there, and its tokens are
 * in no request, so no hold could cover them.
 */
const HELD_BY_PROVIDER = ['cachedContent', 'continuationToken'] as const;

/** What the call's path says, for the body names neither. */
export interface GeminiPath {
  readonly model: string;
  /** Whether the method is `streamGenerateContent`. */
  readonly stream: boolean;
  /** Whether the method is `countTokens`, whose body may hold a whole request instead of contents. */
  readonly countsOnly?: boolean;
}

/**
 * Reads a parsed `generateContent`, `streamGenerateContent` or `countTokens` body; the model and the wish to stream are the path's.
 * @param byteLength counts UTF-8 bytes; a server passes its native function.
 */
export function readGeminiRequest(
  body: unknown,
  path: GeminiPath,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  const given = asRecord(body);
  const json = path.countsOnly === true ? requestOf(given) : given;
  if (json === null) return refused('The body must be a JSON object.', null);
  if (path.model.length > MODEL_CHARS_MAX) {
    return refused('The model in the path is longer than any model’s name.', 'model');
  }
  const problem = problemOf(json);
  if (problem !== null) return { ok: false, problem };
  const config = objectMember(json, 'generationConfig');
  const maxTokens = member(config, 'maxOutputTokens') ?? null;
  if (maxTokens !== null && !isCount(maxTokens)) {
    return refused(
      '`maxOutputTokens` must be a whole number of at least 1.',
      'generationConfig.maxOutputTokens',
    );
  }
  const choices = member(config, 'candidateCount') ?? 1;
  if (!isCount(choices) || choices > CHOICES_MAX) {
    const message = `\`candidateCount\` must be a whole number from 1 to ${String(CHOICES_MAX)}.`;
    return refused(message, 'generationConfig.candidateCount');
  }
  const input = measureGeminiInput(json, byteLength);
  const needs = needsOf(json, config, input);
  return {
    ok: true,
    request: {
      model: path.model,
      stream: path.stream,
      includeUsageAsked: true,
      maxTokens,
      maxTokensField: null,
      choices,
      inputTokensBound: input.bytes + FRAME_TOKENS + addedPromptTokens(needs),
      predictionTokensBound: 0,
      images: input.images,
      audios: input.audios,
      files: input.files,
      costAsked: objectMember(json, 'usage')?.['include'] === true,
      needs,
    },
  };
}

function problemOf(json: Json): RequestProblem | null {
  const contents = member(json, 'contents');
  if (!Array.isArray(contents) || contents.length === 0) {
    return { message: '`contents` must be a non-empty array.', param: 'contents' };
  }
  const config = member(json, 'generationConfig') ?? {};
  if (asRecord(config) === null) {
    return { message: '`generationConfig` must be an object.', param: 'generationConfig' };
  }
  const twice =
    SPELT_ONCE.find((name) => isGivenTwice(json, name)) ??
    CONFIG_SPELT_ONCE.find((name) => isGivenTwice(asRecord(config), name));
  if (twice !== undefined) {
    return { message: `Give \`${twice}\` once, in one spelling.`, param: twice };
  }
  const held = HELD_BY_PROVIDER.find((name) => member(json, name) !== undefined);
  if (held === undefined) return null;
  const message = `\`${held}\` refers to what the provider’s account holds; send the contents instead (they are cached implicitly).`;
  return { message, param: held };
}

/** What the request needs of its model. */
function needsOf(json: Json, config: Json | null, input: InputMeasure): RequestNeeds {
  const modalities = member(config, 'responseModalities');
  return {
    tools: objectsMember(json, 'tools').length > 0,
    images: input.images > 0,
    audio: input.audios > 0 || (Array.isArray(modalities) && modalities.includes('AUDIO')),
    files: input.files > 0,
    json: isJsonAsked(config),
    reasoning: isThinkingAsked(objectMember(config, 'thinkingConfig')),
  };
}

function isJsonAsked(config: Json | null): boolean {
  return (
    member(config, 'responseMimeType') === 'application/json' ||
    member(config, 'responseSchema') !== undefined ||
    member(config, 'responseJsonSchema') !== undefined
  );
}

/** A budget of 0 switches thinking off; any other word about it asks for it. */
function isThinkingAsked(thinking: Json | null): boolean {
  const budget = member(thinking, 'thinkingBudget');
  if (budget === 0) return false;
  return (
    budget !== undefined ||
    member(thinking, 'thinkingLevel') !== undefined ||
    member(thinking, 'includeThoughts') === true
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function refused(message: string, param: string | null): RequestResult {
  return { ok: false, problem: { message, param } };
}
