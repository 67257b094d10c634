import { isObject, listOf, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import type { OfferedTool, ToolSituation } from '../simulation/tool-use.js';
import { BadRequest } from './bad-request.js';

/** Chat nests a function in its tool, Responses does not. */
export type ToolShape = 'nested' | 'flat';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Reads the tools a request offers; null where it offers none. */
export function readTools(
  json: JsonObject,
  shape: ToolShape,
  lastUserText: string,
): ToolSituation | null {
  const tools = json['tools'];
  if (tools === undefined || tools === null) {
    for (const name of ['tool_choice', 'parallel_tool_calls']) {
      // Responses clients send these always; OpenAI lets them stand there.
      if (shape === 'nested' && json[name] != null && json[name] !== 'none') {
        throw new BadRequest(`'${name}' is only allowed when 'tools' are specified.`, name);
      }
    }
    return null;
  }
  if (!Array.isArray(tools)) {
    throw new BadRequest("Invalid type for 'tools': expected an array.", 'tools', 'invalid_type');
  }
  if (tools.length === 0 && shape === 'nested') {
    throw new BadRequest(
      "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'tools',
      'empty_array',
    );
  }
  const offered = tools.map((tool: unknown, i) => readTool(tool, shape, `tools[${String(i)}]`));
  return {
    tools: offered,
    choice: readChoice(json['tool_choice'], shape, offered),
    isParallel: json['parallel_tool_calls'] !== false,
    lastUserText,
  };
}

function readTool(tool: unknown, shape: ToolShape, at: string): OfferedTool {
  if (!isObject(tool) || tool['type'] !== 'function') {
    throw new BadRequest(
      `Invalid value: '${textOf(tool, 'type')}'. The simulated models support 'function'.`,
      `${at}.type`,
      'invalid_value',
    );
  }
  const given = shape === 'nested' ? tool['function'] : tool;
  const name = textOf(given, 'name');
  const path = shape === 'nested' ? `${at}.function` : at;
  if (!isObject(given) || name === '') {
    throw new BadRequest(
      `Missing required parameter: '${path}.name'.`,
      `${path}.name`,
      'missing_required_parameter',
    );
  }
  if (!NAME.test(name)) {
    throw new BadRequest(
      `Invalid '${path}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      `${path}.name`,
      'invalid_value',
    );
  }
  const parameters = given['parameters'];
  if (parameters !== undefined && parameters !== null) checkParameters(given, name, path);
  return { name, schema: parameters ?? { type: 'object', properties: {} } };
}

function checkParameters(given: JsonObject, name: string, path: string): void {
  const parameters = given['parameters'];
  if (!isObject(parameters) || parameters['type'] !== 'object') {
    throw new BadRequest(
      `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${textOf(parameters, 'type') || 'None'}"'.`,
      `${path}.parameters`,
      'invalid_function_parameters',
    );
  }
  if (given['strict'] === true) {
    checkStrict(parameters, `function '${name}'`, `${path}.parameters`);
  }
}

/** What OpenAI demands of a schema that shall be followed strictly. */
export function checkStrict(schema: unknown, what: string, param: string): void {
  if (!isObject(schema)) return;
  if (schema['type'] === 'object') {
    if (schema['additionalProperties'] !== false) {
      throw new BadRequest(
        `Invalid schema for ${what}: In context=(), 'additionalProperties' is required to be supplied and to be false.`,
        param,
        'invalid_json_schema',
      );
    }
    const required = new Set(listOf(schema, 'required'));
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    const missing = Object.keys(properties).find((name) => !required.has(name));
    if (missing !== undefined) {
      throw new BadRequest(
        `Invalid schema for ${what}: In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`,
        param,
        'invalid_json_schema',
      );
    }
    for (const one of Object.values(properties)) checkStrict(one, what, param);
  }
  checkStrict(schema['items'], what, param);
  for (const one of listOf(schema, 'anyOf')) checkStrict(one, what, param);
}

function readChoice(
  value: unknown,
  shape: ToolShape,
  offered: readonly OfferedTool[],
): ToolSituation['choice'] {
  if (value === undefined || value === null) return 'auto';
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  if (isObject(value) && value['type'] === 'function') {
    const name = textOf(shape === 'nested' ? value['function'] : value, 'name');
    if (offered.some((tool) => tool.name === name)) return { name };
    throw new BadRequest(`Tool choice '${name}' not found in 'tools' parameter.`, 'tool_choice');
  }
  throw new BadRequest(
    "Invalid value for 'tool_choice'. Supported values are: 'none', 'auto', 'required' and a function.",
    'tool_choice',
    'invalid_value',
  );
}
