import { NO_NEEDS } from '../dialect/needs.js';
import {
  CHOICES_MAX,
  FRAME_TOKENS,
  isCount,
  modelOf,
  requestProblem,
  type RequestResult,
} from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import { utf8Bytes } from '../text/text-size.js';

/** The prompts of a legacy completion: how many, and no more tokens than this together. */
interface Prompts {
  readonly count: number;
  readonly tokensBound: number;
}

/**
 * Reads a parsed `completions` body. Each prompt is answered by itself, and `best_of` answers are made (and billed)
 * for each where only `n` are returned: `choices` counts them all.
 * @param byteLength counts UTF-8 bytes; a server passes its native function.
 */
export function readCompletionsRequest(
  body: unknown,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  const json = asRecord(body);
  if (json === null) return requestProblem('The body must be a JSON object.', null);
  const model = modelOf(json);
  if (model === null) return requestProblem('`model` must be a non-empty string.', 'model');
  const prompts = promptsOf(json['prompt'], byteLength);
  if (prompts === null) {
    return requestProblem('`prompt` must be text, texts or token numbers.', 'prompt');
  }
  const stream = json['stream'] ?? false;
  if (typeof stream !== 'boolean') {
    return requestProblem('`stream` must be true or false.', 'stream');
  }
  for (const name of ['max_tokens', 'n', 'best_of']) {
    const value = json[name] ?? 1;
    if (!isCount(value)) {
      return requestProblem(`\`${name}\` must be a whole number of at least 1.`, name);
    }
  }
  const choices = prompts.count * Math.max(countOf(json['n']), countOf(json['best_of']));
  if (choices > CHOICES_MAX) {
    const message = `Prompts times \`n\` (or \`best_of\`) must be at most ${String(CHOICES_MAX)}.`;
    return requestProblem(message, countOf(json['best_of']) > countOf(json['n']) ? 'best_of' : 'n');
  }
  const { suffix } = json;
  const suffixTokens = typeof suffix === 'string' ? byteLength(suffix) : 0;
  return {
    ok: true,
    request: {
      model,
      stream,
      includeUsageAsked: asRecord(json['stream_options'])?.['include_usage'] === true,
      maxTokens: isCount(json['max_tokens']) ? json['max_tokens'] : null,
      maxTokensField: 'max_tokens',
      choices,
      inputTokensBound: prompts.tokensBound + suffixTokens + FRAME_TOKENS,
      predictionTokensBound: 0,
      images: 0,
      audios: 0,
      files: 0,
      costAsked: asRecord(json['usage'])?.['include'] === true,
      needs: NO_NEEDS,
    },
  };
}

function countOf(value: unknown): number {
  return isCount(value) ? value : 1;
}

/** Tokens a prompt has at most beyond its bytes (a start mark of some models). */
const PROMPT_FRAME_TOKENS = 4;

/** An absent prompt is the empty one that the format's own default stands for. */
function promptsOf(prompt: unknown, byteLength: (text: string) => number): Prompts | null {
  if (prompt === undefined || prompt === null)
    return { count: 1, tokensBound: PROMPT_FRAME_TOKENS };
  if (typeof prompt === 'string') {
    return { count: 1, tokensBound: byteLength(prompt) + PROMPT_FRAME_TOKENS };
  }
  if (!Array.isArray(prompt) || prompt.length === 0) return null;
  if (isTokens(prompt)) return { count: 1, tokensBound: prompt.length + PROMPT_FRAME_TOKENS };
  let tokensBound = 0;
  for (const one of prompt) {
    if (typeof one === 'string') tokensBound += byteLength(one);
    else if (Array.isArray(one) && isTokens(one)) tokensBound += one.length;
    else return null;
    tokensBound += PROMPT_FRAME_TOKENS;
  }
  return { count: prompt.length, tokensBound };
}

function isTokens(list: readonly unknown[]): boolean {
  return list.every((one) => typeof one === 'number');
}

/** Counts the prompts of a completion with a tokenizer; token numbers count as they are. */
export function countCompletionsInput(
  body: unknown,
  countTokens: (text: string) => number,
): number {
  const json = asRecord(body) ?? {};
  const count = (value: unknown): number => {
    if (typeof value === 'string') return countTokens(value);
    if (typeof value === 'number') return 1;
    return Array.isArray(value) ? value.reduce<number>((sum, one) => sum + count(one), 0) : 0;
  };
  return count(json['prompt']) + count(json['suffix']);
}
