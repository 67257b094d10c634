import { isObject, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import type { CacheTtl } from '../simulation/prompt-cache.js';
import type { OfferedTool, ToolSituation } from '../simulation/tool-use.js';
import { readMark } from './content-blocks.js';
import { InvalidRequest } from './errors.js';
import { listAt, objectAt, requiredText } from './members.js';

/** A tool with its place in the prompt. */
export interface PromptTool {
  readonly tool: OfferedTool;
  readonly text: string;
  readonly mark: CacheTtl | null;
}

const MEMBERS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'cache_control',
  'allowed_callers',
  'defer_loading',
  'eager_input_streaming',
  'input_examples',
  'strict',
]);
const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const CHOICES: ReadonlySet<string> = new Set(['auto', 'any', 'tool', 'none']);

/** Reads the tools a request offers. */
export function readPromptTools(json: JsonObject): readonly PromptTool[] {
  const tools = listAt(json, 'tools').map((tool, i) => readTool(tool, `tools.${String(i)}`));
  const names = new Set(tools.map(({ tool }) => tool.name));
  if (names.size !== tools.length) throw new InvalidRequest('tools', 'Tool names must be unique.');
  return tools;
}

function readTool(value: unknown, path: string): PromptTool {
  const type = isObject(value) ? value['type'] : undefined;
  if (type !== undefined && type !== null && type !== 'custom') {
    throw new InvalidRequest(
      path,
      `Input tag '${textOf(value, 'type')}' found using 'type' does not match any of the expected tags: 'custom'`,
    );
  }
  const tool = objectAt(value, `${path}.custom`, MEMBERS);
  const name = requiredText(tool, 'name', `${path}.custom`);
  if (!NAME.test(name)) {
    throw new InvalidRequest(
      `${path}.custom.name`,
      "String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
    );
  }
  const schema = tool['input_schema'];
  if (schema === undefined) {
    throw new InvalidRequest(`${path}.custom.input_schema`, 'Field required');
  }
  if (textOf(schema, 'type') !== 'object') {
    throw new InvalidRequest(`${path}.custom.input_schema.type`, "Input should be 'object'");
  }
  return {
    tool: { name, schema },
    text: JSON.stringify({ name, description: tool['description'], input_schema: schema }),
    mark: readMark(tool['cache_control'], `${path}.cache_control`),
  };
}

/** What decides whether tools are called; null where none are offered. */
export function readSituation(
  json: JsonObject,
  tools: readonly PromptTool[],
  lastUserText: string,
  isThinking: boolean,
): ToolSituation | null {
  const value = json['tool_choice'];
  const isGiven = value !== undefined && value !== null;
  if (tools.length === 0) {
    if (isGiven && textOf(value, 'type') !== 'none') {
      throw new InvalidRequest(
        'tool_choice',
        'tool_choice may only be specified while providing tools.',
      );
    }
    return null;
  }
  const offered = tools.map(({ tool }) => tool);
  if (!isGiven) return { tools: offered, choice: 'auto', isParallel: true, lastUserText };
  const given = objectAt(
    value,
    'tool_choice',
    new Set(['type', 'name', 'disable_parallel_tool_use']),
  );
  const type = textOf(given, 'type');
  if (!CHOICES.has(type)) {
    throw new InvalidRequest(
      'tool_choice',
      `Input tag '${type}' found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'`,
    );
  }
  if (isThinking && (type === 'any' || type === 'tool')) {
    throw new InvalidRequest('', 'Thinking may not be enabled when tool_choice forces tool use.');
  }
  return {
    tools: offered,
    choice: choiceOf(given, type, offered),
    isParallel: given['disable_parallel_tool_use'] !== true,
    lastUserText,
  };
}

function choiceOf(
  given: JsonObject,
  type: string,
  offered: readonly OfferedTool[],
): ToolSituation['choice'] {
  if (type === 'none') return 'none';
  if (type === 'any') return 'required';
  if (type !== 'tool') return 'auto';
  const name = requiredText(given, 'name', 'tool_choice');
  if (!offered.some((tool) => tool.name === name)) {
    throw new InvalidRequest('', `Tool '${name}' not found in provided tools`);
  }
  return { name };
}
