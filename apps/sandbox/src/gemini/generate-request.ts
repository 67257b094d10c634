import { isObject, listOf, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import type { SimulatedModel } from '../simulation/models.js';
import { countTokens } from '../simulation/token-counter.js';
import type { OfferedTool, ToolSituation } from '../simulation/tool-use.js';
import { readContents } from './contents.js';
import type { Contents } from './contents.js';
import { InvalidArgument } from './errors.js';

/** What a simulated model reads of a request. */
export interface GenerateRequest {
  readonly model: SimulatedModel;
  readonly contents: Contents;
  readonly tools: ToolSituation | null;
  readonly toolText: string;
  readonly maxTokens: number | null;
  readonly candidates: number;
  readonly stops: readonly string[];
  readonly jsonSchema: unknown;
  readonly showsThoughts: boolean;
  /** Bound of thinking, tokens; null = the model's own. */
  readonly thinkingBudget: number | null;
}

const FUNCTION_NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;
const MIME_TYPES: ReadonlySet<string> = new Set(['text/plain', 'application/json', 'text/x.enum']);
const STOPS_MAX = 5;
const CANDIDATES_MAX = 8;
const MEDIA_TOKENS = 258;
/** What a JSON answer without a schema is. */
const ANY_OBJECT = { type: 'OBJECT', properties: { answer: { type: 'STRING' } } };

/** Reads a request whose members are known to be of their types. */
export function readGenerateRequest(json: JsonObject, model: SimulatedModel): GenerateRequest {
  const given: unknown = json['generationConfig'];
  const config = isObject(given) ? given : {};
  const contents = readContents(json, model.reasoningTokens[1] > 0);
  const thinking: unknown = config['thinkingConfig'];
  const budget = isObject(thinking) ? thinking['thinkingBudget'] : undefined;
  const tools = readTools(json);
  checkSampling(config);
  return {
    model,
    contents,
    tools: readSituation(json, tools, contents.lastUserText),
    toolText: tools.length === 0 ? '' : JSON.stringify(json['tools']),
    maxTokens: inRange(config, 'maxOutputTokens', 1, model.outputTokensMax),
    candidates: inRange(config, 'candidateCount', 1, CANDIDATES_MAX) ?? 1,
    stops: readStops(config),
    jsonSchema: readFormat(config),
    showsThoughts: isObject(thinking) && thinking['includeThoughts'] === true,
    // -1 = the model decides.
    thinkingBudget: typeof budget === 'number' && budget >= 0 ? budget : null,
  };
}

/** Prompt tokens; each picture or file has its own. */
export async function countPrompt(
  request: Pick<GenerateRequest, 'contents' | 'toolText'>,
): Promise<number> {
  let tokens = request.contents.media * MEDIA_TOKENS + (await countTokens(request.toolText));
  for (const text of request.contents.texts) tokens += 1 + (await countTokens(text));
  return tokens;
}

function checkSampling(config: JsonObject): void {
  inRange(config, 'temperature', 0, 2);
  inRange(config, 'topP', 0, 1);
  inRange(config, 'topK', 1, 1_000);
}

function inRange(config: JsonObject, name: string, least: number, most: number): number | null {
  const value = config[name];
  if (typeof value !== 'number') return null;
  if (value >= least && value <= most) return value;
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  throw new InvalidArgument(
    `* GenerateContentRequest.generation_config.${snake}: ${snake} must be in the range [${String(least)}, ${String(most)}].\n`,
    `generation_config.${snake}`,
  );
}

function readStops(config: JsonObject): readonly string[] {
  const stops = listOf(config, 'stopSequences').filter((stop) => typeof stop === 'string');
  if (stops.length > STOPS_MAX || stops.includes('')) {
    throw new InvalidArgument(
      `* GenerateContentRequest.generation_config.stop_sequences: at most ${String(STOPS_MAX)} stop sequences, none of them empty.\n`,
      'generation_config.stop_sequences',
    );
  }
  return stops;
}

function readFormat(config: JsonObject): unknown {
  const mimeType = textOf(config, 'responseMimeType');
  const schema = config['responseSchema'] ?? config['responseJsonSchema'];
  if (config['responseSchema'] !== undefined && config['responseJsonSchema'] !== undefined) {
    throw new InvalidArgument('Only one of response_schema and response_json_schema may be set.');
  }
  if (mimeType !== '' && !MIME_TYPES.has(mimeType)) {
    throw new InvalidArgument(
      `* GenerateContentRequest.generation_config.response_mime_type: allowed mimetypes are \`text/plain\`, \`application/json\`, and \`text/x.enum\`.\n`,
      'generation_config.response_mime_type',
    );
  }
  if (mimeType === 'application/json') return schema ?? ANY_OBJECT;
  if (schema === undefined || mimeType === 'text/x.enum') return null;
  throw new InvalidArgument(
    '* GenerateContentRequest.generation_config.response_schema: only allowed when response_mime_type is `application/json`.\n',
    'generation_config.response_schema',
  );
}

function readTools(json: JsonObject): readonly OfferedTool[] {
  const declared = listOf(json, 'tools').flatMap((tool) => listOf(tool, 'functionDeclarations'));
  const offered = declared.map((one, i): OfferedTool => {
    const name = textOf(one, 'name');
    const path = `tools[0].function_declarations[${String(i)}]`;
    if (!FUNCTION_NAME.test(name)) {
      throw new InvalidArgument(
        `* GenerateContentRequest.${path}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.\n`,
        `${path}.name`,
      );
    }
    const schema = isObject(one) ? (one['parameters'] ?? one['parametersJsonSchema']) : undefined;
    if (isObject(one) && one['parameters'] !== undefined) checkSchema(one['parameters'], path);
    return { name, schema: schema ?? { type: 'OBJECT', properties: {} } };
  });
  const names = offered.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new InvalidArgument(`Duplicate function declaration found: ${twice}`);
  }
  return offered;
}

/** An object has its properties and an array its items; what is required exists. */
function checkSchema(schema: unknown, path: string): void {
  if (!isObject(schema)) return;
  const type = textOf(schema, 'type').toUpperCase();
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  if (type === 'ARRAY' && schema['items'] === undefined) {
    throw new InvalidArgument(`* GenerateContentRequest.${path}.items: missing field.\n`, path);
  }
  const missing = listOf(schema, 'required').find(
    (name) => typeof name !== 'string' || !(name in properties),
  );
  if (missing !== undefined) {
    throw new InvalidArgument(
      `* GenerateContentRequest.${path}.required: property is not defined: ${JSON.stringify(missing)}.\n`,
      path,
    );
  }
  for (const one of Object.values(properties)) checkSchema(one, path);
  checkSchema(schema['items'], path);
}

function readSituation(
  json: JsonObject,
  offered: readonly OfferedTool[],
  lastUserText: string,
): ToolSituation | null {
  const toolConfig: unknown = json['toolConfig'];
  const config = isObject(toolConfig) ? toolConfig['functionCallingConfig'] : undefined;
  const mode = textOf(config, 'mode');
  const names = listOf(config, 'allowedFunctionNames');
  if (names.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    throw new InvalidArgument(
      'Allowed function names should only be set when function calling mode is ANY.',
    );
  }
  if (offered.length === 0) {
    if (mode !== 'ANY') return null;
    throw new InvalidArgument('Function calling config is set without function_declarations.');
  }
  const odd = names.find((name) => !offered.some((tool) => tool.name === name));
  if (odd !== undefined) {
    throw new InvalidArgument(
      `Allowed function name ${JSON.stringify(odd)} is not in function_declarations.`,
    );
  }
  const tools = names.length === 0 ? offered : offered.filter(({ name }) => names.includes(name));
  const choice = mode === 'ANY' ? 'required' : mode === 'NONE' ? 'none' : 'auto';
  return { tools, choice, isParallel: true, lastUserText };
}
