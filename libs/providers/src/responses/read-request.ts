import { addedPromptTokens } from '../dialect/needs.js';
import { InputMeasure, type MediaKind } from '../openai/input-measure.js';
import {
  FRAME_TOKENS,
  isCount,
  modelOf,
  requestProblem,
  type RequestProblem,
  type RequestResult,
} from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import { utf8Bytes } from '../text/text-size.js';

type Json = Readonly<Record<string, unknown>>;

/** Members of a Responses request, beside its input, whose text reaches the model. */
const MEASURED = ['instructions', 'tools', 'tool_choice', 'text'] as const;

/** Members that need something to be kept between requests: Weir keeps no prompts and no answers. */
const STORED: Readonly<Record<string, string>> = {
  previous_response_id: 'send the earlier items in `input`',
  conversation: 'send the earlier items in `input`',
  prompt: 'send its text in `instructions`',
};

/** Tools that OpenAI runs itself, at prices of their own that no token count tells. */
const HOSTED_TOOLS: readonly string[] = [
  'web_search',
  'file_search',
  'code_interpreter',
  'image_generation',
  'mcp',
];

/**
 * Reads a parsed `responses` body.
 * @param byteLength counts UTF-8 bytes; a server passes its native function.
 */
export function readResponsesRequest(
  body: unknown,
  byteLength: (text: string) => number = utf8Bytes,
): RequestResult {
  const json = asRecord(body);
  if (json === null) return requestProblem('The body must be a JSON object.', null);
  const model = modelOf(json);
  if (model === null) return requestProblem('`model` must be a non-empty string.', 'model');
  const problem = problemOf(json);
  if (problem !== null) return { ok: false, problem };
  const maxTokens = json['max_output_tokens'] ?? null;
  if (maxTokens !== null && !isCount(maxTokens)) {
    const message = '`max_output_tokens` must be a whole number of at least 1.';
    return requestProblem(message, 'max_output_tokens');
  }
  const input = new InputMeasure(byteLength, mediaKindOf);
  input.add(json['input']);
  for (const member of MEASURED) input.addText(json[member]);
  const needs = {
    tools: Array.isArray(json['tools']) && json['tools'].length > 0,
    images: input.images > 0,
    audio: input.audios > 0,
    files: input.files > 0,
    json: asksForJson(json),
    reasoning: asksForReasoning(json),
  };
  return {
    ok: true,
    request: {
      model,
      stream: json['stream'] === true,
      includeUsageAsked: true,
      maxTokens,
      maxTokensField: null,
      choices: 1,
      inputTokensBound: input.bytes + FRAME_TOKENS + addedPromptTokens(needs),
      predictionTokensBound: 0,
      images: input.images,
      audios: input.audios,
      files: input.files,
      costAsked: asRecord(json['usage'])?.['include'] === true,
      needs,
    },
  };
}

/** Recognised by the payload too, so that a schema that describes such a part stays text. */
function mediaKindOf(part: Json): MediaKind | null {
  switch (part['type']) {
    case 'input_image':
      return (part['image_url'] ?? part['file_id']) === undefined ? null : 'image';
    case 'input_audio':
      return part['input_audio'] === undefined ? null : 'audio';
    case 'input_file':
      return FILE_PAYLOADS.every((name) => part[name] === undefined) ? null : 'file';
    default:
      return null;
  }
}

const FILE_PAYLOADS = ['file_data', 'file_id', 'file_url'];

function problemOf(json: Json): RequestProblem | null {
  for (const [param, remedy] of Object.entries(STORED)) {
    if (json[param] === undefined || json[param] === null) continue;
    return { message: `\`${param}\` needs stored answers, and none are stored: ${remedy}.`, param };
  }
  if (json['background'] === true) {
    const message = '`background` needs stored answers, and none are stored: leave it out.';
    return { message, param: 'background' };
  }
  const { input } = json;
  if (typeof input !== 'string' && !(Array.isArray(input) && input.length > 0)) {
    return { message: '`input` must be text or a non-empty list of items.', param: 'input' };
  }
  const { stream } = json;
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    return { message: '`stream` must be true or false.', param: 'stream' };
  }
  return hostedToolProblem(json['tools']) ?? referenceProblem(input);
}

function hostedToolProblem(tools: unknown): RequestProblem | null {
  if (!Array.isArray(tools)) return null;
  for (const [i, tool] of tools.entries()) {
    const type = asRecord(tool)?.['type'];
    if (typeof type !== 'string' || !HOSTED_TOOLS.some((hosted) => type.startsWith(hosted))) {
      continue;
    }
    const message = `The tool \`${type.slice(0, 100)}\` runs at the provider and cannot be metered: use tools of type \`function\`.`;
    return { message, param: `tools[${i}].type` };
  }
  return null;
}

function referenceProblem(input: unknown): RequestProblem | null {
  if (!Array.isArray(input)) return null;
  const at = input.findIndex((item) => asRecord(item)?.['type'] === 'item_reference');
  if (at < 0) return null;
  const message =
    'An `item_reference` needs stored items, and none are stored: send the item itself (SDKs do so where `store` is set to false).';
  return { message, param: `input[${at}].type` };
}

function asksForJson(json: Json): boolean {
  const type = asRecord(asRecord(json['text'])?.['format'])?.['type'];
  return type === 'json_object' || type === 'json_schema';
}

function asksForReasoning(json: Json): boolean {
  const effort = asRecord(json['reasoning'])?.['effort'];
  return typeof effort === 'string' && effort !== 'none';
}

/** Counts the input of a Responses request with a tokenizer: four tokens beside each item, definitions as JSON. */
export function countResponsesInput(body: unknown, countTokens: (text: string) => number): number {
  const json = asRecord(body) ?? {};
  const { input, instructions } = json;
  let tokens = 3;
  if (typeof instructions === 'string') tokens += 4 + countTokens(instructions);
  if (typeof input === 'string') tokens += 4 + countTokens(input);
  for (const item of Array.isArray(input) ? input : []) {
    const record = asRecord(item) ?? {};
    tokens += 4 + countTokens(textsOf(record['content']) + textsOf(record['output']));
    for (const name of ['name', 'arguments']) {
      const value = record[name];
      if (typeof value === 'string') tokens += countTokens(value);
    }
  }
  for (const member of ['tools', 'text']) {
    if (json[member] !== undefined) tokens += countTokens(JSON.stringify(json[member]));
  }
  return tokens;
}

function textsOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  let texts = '';
  for (const part of content) {
    const text = asRecord(part)?.['text'];
    if (typeof text === 'string') texts += text;
  }
  return texts;
}
