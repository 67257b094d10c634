import type {
  ConversationResult,
  OutputFormat,
  Sampling,
  Tool,
  ToolChoice,
} from '../conversation/conversation.js';
import { RequestIntake } from '../conversation/request-intake.js';
import { ChatMessageReader } from './chat-messages.js';
import { cacheMarkOf } from './cache-mark.js';
import { readChatReasoning } from './chat-reasoning.js';
import { STRIPPED_MEMBERS } from './rewrite-request.js';
import { asRecord } from './usage.js';

type Json = Readonly<Record<string, unknown>>;

/** Members with a place of their own in a conversation, and those that are for Weir alone. */
const PLACED: ReadonlySet<string> = new Set([
  ...STRIPPED_MEMBERS,
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'response_format',
  'reasoning_effort',
  'reasoning',
  'include_reasoning',
  'user',
  'modalities',
]);

/** Members whose loss would change the answer, and that only an OpenAI-compatible provider can honour. */
const UNTRANSLATABLE: readonly string[] = ['audio', 'web_search_options', 'plugins'];

/** Reads a parsed `chat/completions` request as a conversation. */
export function readChatConversation(parsed: unknown): ConversationResult {
  const intake = new RequestIntake();
  const json = intake.record(parsed, 'body');
  for (const member of UNTRANSLATABLE) {
    if (json[member] !== undefined && json[member] !== null) {
      intake.refuse(
        member,
        `\`${member}\` works with OpenAI-compatible providers only; leave it out or choose another model.`,
      );
    }
  }
  checkModalities(json, intake);
  const messages = new ChatMessageReader(intake).read(json['messages']);
  const { tools, toolChoice } = readTools(json, intake);
  const maxTokens = json['max_completion_tokens'] ?? json['max_tokens'];
  const extras: Record<string, unknown> = {};
  for (const name in json) if (!PLACED.has(name) && json[name] !== null) extras[name] = json[name];
  return intake.result({
    model: intake.text(json['model'], 'model'),
    ...messages,
    tools,
    toolChoice,
    parallelTools: intake.optionalFlag(json['parallel_tool_calls'], 'parallel_tool_calls'),
    sampling: readSampling(json, intake),
    maxTokens: intake.optionalNumber(maxTokens, 'max_tokens'),
    choices: intake.optionalNumber(json['n'], 'n') ?? 1,
    stream: intake.optionalFlag(json['stream'], 'stream') ?? false,
    output: readFormat(json['response_format'], intake),
    reasoning: readChatReasoning(json, intake),
    endUser: intake.optionalText(json['user'], 'user'),
    extras,
  });
}

function checkModalities(json: Json, intake: RequestIntake): void {
  const { modalities } = json;
  if (!Array.isArray(modalities) || modalities.every((one) => one === 'text')) return;
  intake.refuse(
    'modalities',
    '`modalities` other than text work with OpenAI-compatible providers only.',
  );
}

/** The sampling members that OpenAI's dialects share. */
export function readSampling(json: Json, intake: RequestIntake): Sampling {
  const number = (name: string): number | null => intake.optionalNumber(json[name], name);
  return {
    temperature: number('temperature'),
    topP: number('top_p'),
    topK: number('top_k'),
    seed: number('seed'),
    stop: readStop(json['stop'], intake),
    presencePenalty: number('presence_penalty'),
    frequencyPenalty: number('frequency_penalty'),
  };
}

function readStop(value: unknown, intake: RequestIntake): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  return intake.list(value, 'stop').map((one, i) => intake.text(one, `stop[${i}]`));
}

function readTools(
  json: Json,
  intake: RequestIntake,
): { readonly tools: readonly Tool[]; readonly toolChoice: ToolChoice | null } {
  if (Array.isArray(json['functions'])) {
    return {
      tools: json['functions'].map((one, i) =>
        readFunction(intake.record(one, `functions[${i}]`), `functions[${i}]`, intake),
      ),
      toolChoice: readFunctionCall(json['function_call'], intake),
    };
  }
  const given = json['tools'] ?? [];
  const tools = intake.list(given, 'tools').map((one, i) => readTool(one, `tools[${i}]`, intake));
  return { tools, toolChoice: readToolChoice(json['tool_choice'], intake) };
}

function readTool(value: unknown, param: string, intake: RequestIntake): Tool {
  const tool = intake.record(value, param);
  if (tool['type'] !== 'function') {
    intake.refuse(
      `${param}.type`,
      `\`${param}.type\` must be \`function\` for this model: other tools are not translated.`,
    );
  }
  const read = readFunction(
    intake.record(tool['function'], `${param}.function`),
    `${param}.function`,
    intake,
  );
  const cache = cacheMarkOf(tool) ?? cacheMarkOf(asRecord(tool['function']));
  return cache === null ? read : { ...read, cache };
}

function readFunction(given: Json, param: string, intake: RequestIntake): Tool {
  return {
    name: intake.text(given['name'], `${param}.name`),
    description: intake.optionalText(given['description'], `${param}.description`),
    schema: given['parameters'] ?? null,
    strict: intake.optionalFlag(given['strict'], `${param}.strict`),
  };
}

function readFunctionCall(value: unknown, intake: RequestIntake): ToolChoice | null {
  if (value === undefined || value === null) return null;
  if (value === 'auto' || value === 'none') return { type: value };
  const named = intake.record(value, 'function_call');
  return { type: 'tool', name: intake.text(named['name'], 'function_call.name') };
}

function readToolChoice(value: unknown, intake: RequestIntake): ToolChoice | null {
  if (value === undefined || value === null) return null;
  if (value === 'auto' || value === 'none' || value === 'required') return { type: value };
  const choice = intake.record(value, 'tool_choice');
  if (choice['type'] !== 'function') {
    intake.refuse('tool_choice', '`tool_choice` must be auto, none, required or a function.');
  }
  const named = intake.record(choice['function'], 'tool_choice.function');
  return { type: 'tool', name: intake.text(named['name'], 'tool_choice.function.name') };
}

function readFormat(value: unknown, intake: RequestIntake): OutputFormat {
  const format = value === undefined || value === null ? { type: 'text' } : value;
  const record = intake.record(format, 'response_format');
  switch (record['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return readSchemaFormat(
        intake.record(record['json_schema'], 'response_format.json_schema'),
        'response_format.json_schema',
        intake,
      );
    default:
      intake.refuse(
        'response_format.type',
        '`response_format.type` must be text, json_object or json_schema.',
      );
      return { type: 'text' };
  }
}

/** The members of a `json_schema` format, which chat and Responses share. */
export function readSchemaFormat(given: Json, param: string, intake: RequestIntake): OutputFormat {
  return {
    type: 'json_schema',
    name: intake.text(given['name'], `${param}.name`),
    schema: given['schema'] ?? {},
    strict: intake.optionalFlag(given['strict'], `${param}.strict`),
  };
}
