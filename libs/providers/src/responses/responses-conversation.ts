import type {
  ConversationResult,
  OutputFormat,
  Reasoning,
  Tool,
  ToolChoice,
} from '../conversation/conversation.js';
import { RequestIntake } from '../conversation/request-intake.js';
import { readSampling, readSchemaFormat } from '../openai/chat-conversation.js';
import { readEffort } from '../openai/chat-reasoning.js';
import { STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import { asRecord } from '../openai/usage.js';
import { ResponsesInputReader } from './responses-input.js';

type Json = Readonly<Record<string, unknown>>;

/** Members with a place of their own, those that are for Weir alone, and those that say nothing here. */
const PLACED: ReadonlySet<string> = new Set([
  ...STRIPPED_MEMBERS,
  'model',
  'input',
  'instructions',
  'stream',
  'stream_options',
  'max_output_tokens',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'reasoning',
  'text',
  'user',
  'previous_response_id',
  'conversation',
  'prompt',
  'background',
]);

/** Members that ask for something beside the answer, or for what is not done: told to the client. */
const DROPPED: readonly string[] = ['max_tool_calls', 'top_logprobs', 'context_management'];

const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Reads a parsed `responses` request as a conversation. What needs storage was refused before. */
export function readResponsesConversation(parsed: unknown): ConversationResult {
  const intake = new RequestIntake();
  const json = intake.record(parsed, 'body');
  noteDropped(json, intake);
  const input = new ResponsesInputReader(intake).read(json['instructions'], json['input']);
  const extras: Record<string, unknown> = {};
  for (const name in json) {
    if (!PLACED.has(name) && !NOTED.has(name) && json[name] !== null) extras[name] = json[name];
  }
  const text = asRecord(json['text']);
  if (text !== null && typeof text['verbosity'] === 'string') {
    extras['verbosity'] = text['verbosity'];
  }
  const tools = intake.list(json['tools'] ?? [], 'tools');
  return intake.result({
    model: intake.text(json['model'], 'model'),
    ...input,
    tools: tools.map((tool, i) => readTool(tool, `tools[${i}]`, intake)),
    toolChoice: readToolChoice(json['tool_choice'], intake),
    parallelTools: intake.optionalFlag(json['parallel_tool_calls'], 'parallel_tool_calls'),
    sampling: readSampling(json, intake),
    maxTokens: intake.optionalNumber(json['max_output_tokens'], 'max_output_tokens'),
    choices: 1,
    stream: intake.optionalFlag(json['stream'], 'stream') ?? false,
    output: readFormat(text?.['format'], intake),
    reasoning: readReasoning(json['reasoning'], intake),
    endUser: intake.optionalText(json['user'], 'user'),
    extras,
  });
}

/** Members that `noteDropped` deals with. */
const NOTED: ReadonlySet<string> = new Set([...DROPPED, 'store', 'truncation', 'include']);

function noteDropped(json: Json, intake: RequestIntake): void {
  for (const name of DROPPED) {
    if (json[name] !== undefined && json[name] !== null) intake.drop(name);
  }
  if (json['store'] === true) intake.drop('store');
  if (json['truncation'] === 'auto') intake.drop('truncation');
  const { include } = json;
  const asksForMore = Array.isArray(include) && include.some((one) => one !== ENCRYPTED_REASONING);
  if (asksForMore) intake.drop('include');
}

function readTool(value: unknown, param: string, intake: RequestIntake): Tool {
  const tool = intake.record(value, param);
  if (tool['type'] !== 'function') {
    intake.refuse(
      `${param}.type`,
      `\`${param}.type\` must be \`function\` for this model: other tools are not translated.`,
    );
  }
  return {
    name: intake.text(tool['name'], `${param}.name`),
    description: intake.optionalText(tool['description'], `${param}.description`),
    schema: tool['parameters'] ?? null,
    strict: intake.optionalFlag(tool['strict'], `${param}.strict`),
  };
}

function readToolChoice(value: unknown, intake: RequestIntake): ToolChoice | null {
  if (value === undefined || value === null) return null;
  if (value === 'auto' || value === 'none' || value === 'required') return { type: value };
  const choice = intake.record(value, 'tool_choice');
  if (choice['type'] !== 'function') {
    intake.refuse('tool_choice', '`tool_choice` must be auto, none, required or a function.');
  }
  return { type: 'tool', name: intake.text(choice['name'], 'tool_choice.name') };
}

function readFormat(value: unknown, intake: RequestIntake): OutputFormat {
  if (value === undefined || value === null) return { type: 'text' };
  const format = intake.record(value, 'text.format');
  switch (format['type']) {
    case 'text':
      return { type: 'text' };
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return readSchemaFormat(format, 'text.format', intake);
    default:
      intake.refuse(
        'text.format.type',
        '`text.format.type` must be text, json_object or json_schema.',
      );
      return { type: 'text' };
  }
}

/** Thoughts are shown where a summary of them is asked for. */
function readReasoning(value: unknown, intake: RequestIntake): Reasoning | null {
  if (value === undefined || value === null) return null;
  const reasoning = intake.record(value, 'reasoning');
  return {
    effort: readEffort(reasoning['effort'], 'reasoning.effort', intake),
    budgetTokens: null,
    isShown: typeof (reasoning['summary'] ?? reasoning['generate_summary']) === 'string',
  };
}
