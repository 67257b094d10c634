import { isObject, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import type { SimulatedModel } from '../simulation/models.js';
import { findModel } from '../simulation/models.js';
import type { CacheTtl } from '../simulation/prompt-cache.js';
import type { ToolSituation } from '../simulation/tool-use.js';
import type { ContentBlock } from './content-blocks.js';
import { readContent, readMark } from './content-blocks.js';
import { InvalidRequest } from './errors.js';
import { listAt, numberAt, objectAt, requiredText } from './members.js';
import { readPromptTools, readSituation } from './tools.js';
import type { PromptTool } from './tools.js';
import { checkThinkingTurns, lastUserText, readTurns } from './turns.js';
import type { Turn } from './turns.js';

/** The part of a request that is prompt; counting tokens takes no more. */
export interface PromptRequest {
  readonly model: SimulatedModel;
  readonly tools: readonly PromptTool[];
  readonly system: readonly ContentBlock[];
  readonly turns: readonly Turn[];
  /** Set where the request as a whole asks for its prefix to be kept. */
  readonly mark: CacheTtl | null;
  readonly situation: ToolSituation | null;
  readonly thinking: Thinking | null;
}

/** What a simulated model reads of a request. */
export interface MessagesRequest extends PromptRequest {
  readonly maxTokens: number;
  readonly stream: boolean;
  readonly stops: readonly string[];
  readonly jsonSchema: unknown;
}

/** How the model may think. */
export interface Thinking {
  /** null = as it likes. */
  readonly budgetTokens: number | null;
  readonly isShown: boolean;
}

/** A model that is not simulated; answered with 404. */
export class UnknownModel extends Error {}

const PROMPT_MEMBERS = [
  'messages',
  'model',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'cache_control',
  'output_config',
] as const;
const COUNT_MEMBERS: ReadonlySet<string> = new Set(PROMPT_MEMBERS);
const MEMBERS: ReadonlySet<string> = new Set([
  ...PROMPT_MEMBERS,
  'max_tokens',
  'container',
  'inference_geo',
  'metadata',
  'service_tier',
  'speed',
  'stop_sequences',
  'stream',
  'temperature',
  'top_k',
  'top_p',
]);
const MARKS_MAX = 4;
const THINKING_TOKENS_MIN = 1_024;

/** Reads a request for a message, as strictly as Anthropic does. */
export function readMessagesRequest(body: JsonObject): MessagesRequest {
  const json = objectAt(body, '', MEMBERS);
  const model = readModel(json);
  const maxTokens = readMaxTokens(json, model);
  const prompt = readPrompt(json, model);
  checkSampling(json, prompt.thinking, maxTokens);
  const stops = readStops(json);
  const { stream } = json;
  if (stream !== undefined && typeof stream !== 'boolean') {
    throw new InvalidRequest('stream', 'Input should be a valid boolean');
  }
  if (json['metadata'] != null) objectAt(json['metadata'], 'metadata', new Set(['user_id']));
  const tier = json['service_tier'];
  if (tier !== undefined && tier !== 'auto' && tier !== 'standard_only') {
    throw new InvalidRequest('service_tier', "Input should be 'auto' or 'standard_only'");
  }
  return { ...prompt, maxTokens, stream: stream === true, stops, jsonSchema: readFormat(json) };
}

/** Reads a request to count a prompt's tokens. */
export function readCountRequest(body: JsonObject): PromptRequest {
  const json = objectAt(body, '', COUNT_MEMBERS);
  return readPrompt(json, readModel(json));
}

function readModel(json: JsonObject): SimulatedModel {
  const id = requiredText(json, 'model', '');
  const model = findModel(id, 'chat');
  if (model === undefined) throw new UnknownModel(`model: ${id}`);
  return model;
}

function readMaxTokens(json: JsonObject, model: SimulatedModel): number {
  const most = { least: 0, most: Number.MAX_SAFE_INTEGER, isWhole: true };
  const maxTokens = numberAt(json, 'max_tokens', most);
  if (maxTokens === null) throw new InvalidRequest('max_tokens', 'Field required');
  if (maxTokens > model.outputTokensMax) {
    throw new InvalidRequest(
      'max_tokens',
      `${String(maxTokens)} > ${String(model.outputTokensMax)}, which is the maximum allowed number of output tokens for ${model.id}`,
    );
  }
  return maxTokens;
}

function readPrompt(json: JsonObject, model: SimulatedModel): PromptRequest {
  const thinking = readThinking(json['thinking']);
  const tools = readPromptTools(json);
  const system = readSystem(json['system']);
  const turns = readTurns(json['messages']);
  if (thinking !== null) checkThinkingTurns(turns);
  const mark = readMark(json['cache_control'], 'cache_control');
  checkMarks(tools, system, turns);
  const situation = readSituation(json, tools, lastUserText(turns), thinking !== null);
  return { model, tools, system, turns, mark, situation, thinking };
}

function readSystem(value: unknown): readonly ContentBlock[] {
  if (value === undefined || value === '') return [];
  const blocks = readContent(value, 'system', 'system');
  const odd = blocks.findIndex(({ type }) => type !== 'text');
  if (odd !== -1) throw new InvalidRequest(`system.${String(odd)}.type`, "Input should be 'text'");
  return blocks;
}

/** At most four marks, and none for an hour after one for five minutes. */
function checkMarks(
  tools: readonly PromptTool[],
  system: readonly ContentBlock[],
  turns: readonly Turn[],
): void {
  const marks = [...tools, ...system, ...turns.flatMap(({ blocks }) => blocks)]
    .map(({ mark }) => mark)
    .filter((mark) => mark !== null);
  if (marks.length > MARKS_MAX) {
    throw new InvalidRequest(
      '',
      `A maximum of ${String(MARKS_MAX)} blocks with cache_control may be provided. Found ${String(marks.length)}.`,
    );
  }
  const short = marks.indexOf('5m');
  if (short !== -1 && marks.lastIndexOf('1h') > short) {
    throw new InvalidRequest(
      'cache_control.ttl',
      "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.",
    );
  }
}

function readThinking(value: unknown): Thinking | null {
  if (value === undefined || value === null) return null;
  const type = textOf(value, 'type');
  if (type === 'disabled') return null;
  const given = objectAt(value, 'thinking', new Set(['type', 'budget_tokens', 'display']));
  const isShown = given['display'] !== 'omitted';
  if (type === 'adaptive') return { budgetTokens: null, isShown };
  if (type !== 'enabled') {
    throw new InvalidRequest(
      'thinking',
      `Input tag '${type}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'`,
    );
  }
  const budget = given['budget_tokens'];
  if (budget === undefined) {
    throw new InvalidRequest('thinking.enabled.budget_tokens', 'Field required');
  }
  if (typeof budget !== 'number' || !Number.isInteger(budget) || budget < THINKING_TOKENS_MIN) {
    throw new InvalidRequest(
      'thinking.enabled.budget_tokens',
      `Input should be greater than or equal to ${String(THINKING_TOKENS_MIN)}`,
    );
  }
  return { budgetTokens: budget, isShown };
}

function checkSampling(json: JsonObject, thinking: Thinking | null, maxTokens: number): void {
  const temperature = numberAt(json, 'temperature', { least: 0, most: 1, isWhole: false });
  const topP = numberAt(json, 'top_p', { least: 0, most: 1, isWhole: false });
  const topK = numberAt(json, 'top_k', { least: 0, most: 500, isWhole: true });
  if (thinking === null) return;
  if (temperature !== null && temperature !== 1) {
    throw new InvalidRequest('', '`temperature` may only be set to 1 when thinking is enabled.');
  }
  if (topK !== null) {
    throw new InvalidRequest('', '`top_k` must be unset when thinking is enabled.');
  }
  if (topP !== null && topP < 0.95) {
    throw new InvalidRequest(
      '',
      '`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled.',
    );
  }
  if (thinking.budgetTokens !== null && thinking.budgetTokens >= maxTokens) {
    throw new InvalidRequest('', '`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
}

function readStops(json: JsonObject): readonly string[] {
  return listAt(json, 'stop_sequences').map((stop, i) => {
    if (typeof stop === 'string' && stop.trim() !== '') return stop;
    throw new InvalidRequest(
      `stop_sequences.${String(i)}`,
      'each stop sequence must contain non-whitespace',
    );
  });
}

/** The schema the answer shall have; null = prose. */
function readFormat(json: JsonObject): unknown {
  const config = json['output_config'];
  if (config === undefined || config === null) return null;
  const given = objectAt(config, 'output_config', new Set(['effort', 'format']));
  const format = given['format'];
  if (format === undefined || format === null) return null;
  const known = objectAt(format, 'output_config.format', new Set(['type', 'schema']));
  if (known['type'] !== 'json_schema') {
    throw new InvalidRequest('output_config.format.type', "Input should be 'json_schema'");
  }
  const { schema } = known;
  if (!isObject(schema)) throw new InvalidRequest('output_config.format.schema', 'Field required');
  if (schema['type'] === 'object' && schema['additionalProperties'] !== false) {
    throw new InvalidRequest(
      'output_config.format.schema',
      "For 'object' type, 'additionalProperties' must be explicitly set to false",
    );
  }
  return schema;
}
