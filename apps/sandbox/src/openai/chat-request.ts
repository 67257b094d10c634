import { isObject, textOf, unknownMember } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { countTokens } from '../simulation/token-counter.js';
import type { ToolSituation } from '../simulation/tool-use.js';
import { BadRequest, numberIn, positive, readStops } from './bad-request.js';
import { readMessages } from './chat-messages.js';
import type { ChatMessages } from './chat-messages.js';
import { checkStrict, readTools } from './tools.js';

/** What the simulated models read of a chat request. */
export interface ChatRequest {
  readonly model: unknown;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** `max_completion_tokens`, else `max_tokens`; null = none. */
  readonly maxTokens: number | null;
  readonly choices: number;
  readonly stops: readonly string[];
  readonly messages: ChatMessages;
  readonly tools: ToolSituation | null;
  /** The tools as text, for counting. */
  readonly toolText: string;
  /** null = prose. */
  readonly jsonSchema: unknown;
  /** Whether the model shall not think. */
  readonly isReasoningOff: boolean;
}

/** What OpenAI knows; anything else is refused. */
const MEMBERS: ReadonlySet<string> = new Set([
  'messages',
  'model',
  'audio',
  'frequency_penalty',
  'function_call',
  'functions',
  'logit_bias',
  'logprobs',
  'max_completion_tokens',
  'max_tokens',
  'metadata',
  'modalities',
  'moderation',
  'n',
  'parallel_tool_calls',
  'prediction',
  'presence_penalty',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning_effort',
  'response_format',
  'safety_identifier',
  'seed',
  'service_tier',
  'stop',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'user',
  'verbosity',
  'web_search_options',
]);
const CHOICES_MAX = 8;
const IMAGE_TOKENS = 85;

/** Reads a chat request, as strictly as OpenAI does. */
export function readChatRequest(json: JsonObject): ChatRequest {
  const odd = unknownMember(json, MEMBERS);
  if (odd !== null) {
    throw new BadRequest(`Unrecognized request argument supplied: ${odd}`, null);
  }
  const messages = readMessages(json['messages']);
  if (json['max_tokens'] != null && json['max_completion_tokens'] != null) {
    throw new BadRequest(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
    );
  }
  numberIn(json, 'temperature', { least: 0, most: 2 });
  numberIn(json, 'top_p', { least: 0, most: 1 });
  numberIn(json, 'presence_penalty', { least: -2, most: 2 });
  numberIn(json, 'frequency_penalty', { least: -2, most: 2 });
  const tools = json['tools'];
  return {
    model: json['model'],
    stream: json['stream'] === true,
    includeUsage: readStreamOptions(json),
    maxTokens: positive(json, 'max_completion_tokens') ?? positive(json, 'max_tokens'),
    choices: Math.min(positive(json, 'n') ?? 1, CHOICES_MAX),
    stops: readStops(json['stop']),
    messages,
    tools: readTools(json, 'nested', messages.lastUserText),
    toolText: tools == null ? '' : JSON.stringify(tools),
    jsonSchema: readFormat(json['response_format'], messages),
    isReasoningOff: json['reasoning_effort'] === 'none',
  };
}

function readStreamOptions(json: JsonObject): boolean {
  const options = json['stream_options'];
  if (!isObject(options)) return false;
  if (json['stream'] !== true) {
    throw new BadRequest("'stream_options' is only allowed with 'stream'.", 'stream_options');
  }
  return options['include_usage'] === true;
}

function readFormat(value: unknown, messages: ChatMessages): unknown {
  if (value === undefined || value === null) return null;
  const type = textOf(value, 'type');
  if (type === 'text') return null;
  if (type === 'json_object') {
    if (!messages.texts.some((text) => /json/i.test(text))) {
      throw new BadRequest(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        'messages',
      );
    }
    return ANY_OBJECT;
  }
  const format = isObject(value) ? value['json_schema'] : null;
  if (type !== 'json_schema' || !isObject(format)) {
    throw new BadRequest(
      "Invalid 'response_format': expected 'text', 'json_object' or 'json_schema'.",
      'response_format',
      'invalid_value',
    );
  }
  return readJsonSchema(format, 'response_format.json_schema');
}

/** What a JSON answer without a schema is. */
export const ANY_OBJECT = { type: 'object', properties: { answer: { type: 'string' } } };

/** The schema of a named format; `param` is where it stands. */
export function readJsonSchema(format: JsonObject, param: string): unknown {
  const name = textOf(format, 'name');
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new BadRequest(
      `Missing or invalid '${param}.name'.`,
      `${param}.name`,
      'missing_required_parameter',
    );
  }
  const schema = format['schema'] ?? ANY_OBJECT;
  if (format['strict'] === true) checkStrict(schema, `response_format '${name}'`, param);
  return schema;
}

/** The prompt as one text: what cached prefixes are recognised by. */
export function promptText(request: ChatRequest): string {
  return request.toolText + request.messages.texts.join('\n');
}

/** Prompt tokens as OpenAI's models count them: four beside each message's text, three to open the answer. */
export async function countPrompt(request: ChatRequest): Promise<number> {
  let tokens = 3 + request.messages.images * IMAGE_TOKENS + (await countTokens(request.toolText));
  for (const text of request.messages.texts) tokens += 4 + (await countTokens(text));
  return tokens;
}
