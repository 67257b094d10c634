import type {
  ConversationResult,
  OutputFormat,
  Part,
  Reasoning,
  Sampling,
  Tool,
  ToolChoice,
  Turn,
} from '../conversation/conversation.js';
import { RequestIntake } from '../conversation/request-intake.js';
import { cacheMarkOf } from '../openai/cache-mark.js';
import { STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import { asRecord } from '../openai/usage.js';
import { schemaOf } from './message-input.js';
import { MessageReader } from './message-reader.js';
import { toolKindOf } from './server-tools.js';

type Json = Readonly<Record<string, unknown>>;

/** Members with a place of their own in a conversation, and those that are for Weir alone. */
const PLACED: ReadonlySet<string> = new Set([
  ...STRIPPED_MEMBERS,
  'model',
  'messages',
  'system',
  'stream',
  'max_tokens',
  'tools',
  'tool_choice',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'cache_control',
  'speed',
]);

/** Members whose loss would change the answer or where it is made, and that only Anthropic can honour. */
const UNTRANSLATABLE: readonly string[] = ['container', 'mcp_servers', 'inference_geo'];

/** Reads a parsed `/v1/messages` request as a conversation. */
export function readConversation(parsed: unknown): ConversationResult {
  const intake = new RequestIntake();
  const json = intake.record(parsed, 'body');
  for (const member of UNTRANSLATABLE) {
    const value = json[member] ?? null;
    if (value === null || (Array.isArray(value) && value.length === 0)) continue;
    intake.refuse(
      member,
      `\`${member}\` works with Anthropic only; leave it out or choose another model.`,
    );
  }
  const extras: Record<string, unknown> = {};
  for (const name in json) {
    if (PLACED.has(name) || UNTRANSLATABLE.includes(name) || json[name] === null) continue;
    // Its words differ from dialect to dialect.
    if (name === 'service_tier') intake.drop(name);
    else extras[name] = json[name];
  }
  const { system, turns } = new MessageReader(intake).read(json);
  return intake.result({
    model: intake.text(json['model'], 'model'),
    system,
    turns: markedAtEnd(turns, json),
    tools: readTools(json['tools'] ?? [], intake),
    ...readToolChoice(json['tool_choice'], intake),
    sampling: readSampling(json, intake),
    maxTokens: readBound(json, intake),
    choices: 1,
    stream: intake.optionalFlag(json['stream'], 'stream') ?? false,
    output: readFormat(json, intake),
    reasoning: readReasoning(json, intake),
    endUser: readEndUser(json['metadata'], intake),
    extras,
  });
}

/** A mark on the whole request is one on its last block. */
function markedAtEnd(turns: readonly Turn[], json: Json): readonly Turn[] {
  const cache = cacheMarkOf(json);
  const last = turns.at(-1);
  const part = last?.parts.at(-1);
  if (cache === null || last === undefined || part === undefined) return turns;
  const parts: readonly Part[] = [...last.parts.slice(0, -1), { ...part, cache }];
  return [...turns.slice(0, -1), { ...last, parts }];
}

function readTools(value: unknown, intake: RequestIntake): readonly Tool[] {
  return intake.list(value, 'tools').map((item, i) => {
    const param = `tools[${String(i)}]`;
    const tool = intake.record(item, param);
    const name = intake.text(tool['name'], `${param}.name`);
    if (toolKindOf(tool['type']) !== 'custom') {
      intake.refuse(
        `${param}.type`,
        `The tool \`${name}\` is defined by Anthropic: only its own models have it. Define it with an \`input_schema\`, or choose a Claude model.`,
      );
    }
    for (const member of ['input_examples', 'defer_loading', 'allowed_callers']) {
      if (tool[member] !== undefined) intake.drop(`tools[].${member}`);
    }
    const cache = cacheMarkOf(tool);
    return {
      name,
      description: intake.optionalText(tool['description'], `${param}.description`),
      schema: tool['input_schema'] ?? null,
      strict: intake.optionalFlag(tool['strict'], `${param}.strict`),
      ...(cache === null ? {} : { cache }),
    };
  });
}

function readToolChoice(
  value: unknown,
  intake: RequestIntake,
): { readonly toolChoice: ToolChoice | null; readonly parallelTools: boolean | null } {
  if (value === undefined || value === null) return { toolChoice: null, parallelTools: null };
  const choice = intake.record(value, 'tool_choice');
  const member = 'tool_choice.disable_parallel_tool_use';
  const disabled = intake.optionalFlag(choice['disable_parallel_tool_use'], member);
  const parallelTools = disabled === null ? null : !disabled;
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return { toolChoice: { type: choice['type'] }, parallelTools };
    case 'any':
      return { toolChoice: { type: 'required' }, parallelTools };
    case 'tool': {
      const name = intake.text(choice['name'], 'tool_choice.name');
      return { toolChoice: { type: 'tool', name }, parallelTools };
    }
    default:
      intake.refuse('tool_choice.type', '`tool_choice.type` must be auto, any, tool or none.');
      return { toolChoice: null, parallelTools };
  }
}

function readSampling(json: Json, intake: RequestIntake): Sampling {
  const stop = intake.list(json['stop_sequences'] ?? [], 'stop_sequences');
  return {
    temperature: intake.optionalNumber(json['temperature'], 'temperature'),
    topP: intake.optionalNumber(json['top_p'], 'top_p'),
    topK: intake.optionalNumber(json['top_k'], 'top_k'),
    seed: null,
    stop: stop.map((one, i) => intake.text(one, `stop_sequences[${String(i)}]`)),
    presencePenalty: null,
    frequencyPenalty: null,
  };
}

function readBound(json: Json, intake: RequestIntake): number | null {
  const maxTokens = intake.optionalNumber(json['max_tokens'], 'max_tokens');
  if (maxTokens === 0) {
    intake.refuse(
      'max_tokens',
      '`max_tokens` may be 0, which only fills the prompt cache, with Claude models only.',
    );
  }
  return maxTokens;
}

/** This dialect gives a schema no name; others demand one. */
const SCHEMA_NAME = 'answer';

function readFormat(json: Json, intake: RequestIntake): OutputFormat {
  const format = schemaOf(json);
  if (format === null) return { type: 'text' };
  const param = asRecord(json['output_config'])?.['format']
    ? 'output_config.format'
    : 'output_format';
  if (format['type'] !== 'json_schema') {
    intake.refuse(`${param}.type`, `\`${param}.type\` must be json_schema.`);
  }
  const schema = intake.record(format['schema'], `${param}.schema`);
  return { type: 'json_schema', name: SCHEMA_NAME, schema, strict: true };
}

const EFFORTS: ReadonlyMap<unknown, Reasoning['effort']> = new Map([
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'xhigh'],
  ['max', 'xhigh'],
]);

/** Thinking as asked for, and `output_config.effort` as how hard. */
function readReasoning(json: Json, intake: RequestIntake): Reasoning | null {
  const given = asRecord(json['output_config'])?.['effort'] ?? null;
  const effort = EFFORTS.get(given) ?? null;
  if (given !== null && effort === null) {
    intake.refuse(
      'output_config.effort',
      '`output_config.effort` must be low, medium, high, xhigh or max.',
    );
  }
  const thinking = asRecord(json['thinking']);
  if (thinking === null) {
    return effort === null ? null : { effort, budgetTokens: null, isShown: true };
  }
  const isShown = thinking['display'] !== 'omitted';
  switch (thinking['type']) {
    case 'disabled':
      if (effort !== null) intake.drop('output_config.effort');
      return { effort: 'none', budgetTokens: null, isShown };
    case 'enabled': {
      const param = 'thinking.budget_tokens';
      return {
        effort,
        budgetTokens: intake.optionalNumber(thinking['budget_tokens'], param),
        isShown,
      };
    }
    case 'adaptive':
    case 'between_tools':
      return { effort, budgetTokens: null, isShown };
    default:
      intake.refuse(
        'thinking.type',
        '`thinking.type` must be enabled, adaptive, between_tools or disabled.',
      );
      return null;
  }
}

function readEndUser(value: unknown, intake: RequestIntake): string | null {
  const metadata = asRecord(value);
  for (const name in metadata) if (name !== 'user_id') intake.drop(`metadata.${name}`);
  return intake.optionalText(metadata?.['user_id'], 'metadata.user_id');
}
