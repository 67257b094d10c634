import type { Tool, ToolChoice } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { jsonSchemaOf } from './schema.js';
import { member } from './members.js';
import type { Json } from './members.js';

/** What a request says of functions. */
export interface RequestTools {
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
}

/** Members of a declaration that describe what no other dialect asks for. */
const DROPPED = ['response', 'responseJsonSchema', 'behavior'] as const;

/**
 * Reads `tools` and `toolConfig`. Tools that run on Google's servers are refused by name: an answer without them would
 * not be the one that was asked for. Where only some functions are allowed, only those are offered.
 */
export function readGeminiTools(json: Json, intake: RequestIntake): RequestTools {
  const tools: Tool[] = [];
  intake.list(member(json, 'tools') ?? [], 'tools').forEach((value, i) => {
    const given = intake.record(value, `tools[${i}]`);
    for (const key in given) {
      if (isDeclarations(key)) continue;
      const message = `\`tools[${i}].${key}\` runs on Google’s servers and works with Gemini models only.`;
      intake.refuse(`tools[${i}].${key}`, message);
    }
    const param = `tools[${i}].functionDeclarations`;
    intake.list(member(given, 'functionDeclarations') ?? [], param).forEach((declaration, n) => {
      const at = `${param}[${n}]`;
      tools.push(readDeclaration(intake.record(declaration, at), at, intake));
    });
  });
  return choose(tools, member(json, 'toolConfig'), intake);
}

function isDeclarations(key: string): boolean {
  return key === 'functionDeclarations' || key === 'function_declarations';
}

function readDeclaration(given: Json, param: string, intake: RequestIntake): Tool {
  for (const name of DROPPED) {
    if (member(given, name) !== undefined) intake.drop(`functionDeclarations.${name}`);
  }
  const jsonSchema = member(given, 'parametersJsonSchema');
  return {
    name: intake.text(given['name'], `${param}.name`),
    description: intake.optionalText(given['description'], `${param}.description`),
    schema: jsonSchema ?? jsonSchemaOf(member(given, 'parameters') ?? null),
    strict: null,
  };
}

function choose(tools: readonly Tool[], value: unknown, intake: RequestIntake): RequestTools {
  const config = intake.record(value ?? {}, 'toolConfig');
  for (const key in config) {
    if (key !== CALLING && key !== 'function_calling_config') intake.drop(`toolConfig.${key}`);
  }
  const calling = intake.record(member(config, CALLING) ?? {}, `toolConfig.${CALLING}`);
  const param = `toolConfig.${CALLING}.allowedFunctionNames`;
  const names = intake
    .list(member(calling, 'allowedFunctionNames') ?? [], param)
    .map((name, i) => intake.text(name, `${param}[${i}]`));
  const offered = names.length === 0 ? tools : tools.filter((tool) => names.includes(tool.name));
  return { tools: offered, toolChoice: choiceOf(calling, names, intake) };
}

const CALLING = 'functionCallingConfig';

function choiceOf(
  calling: Json,
  names: readonly string[],
  intake: RequestIntake,
): ToolChoice | null {
  const mode = member(calling, 'mode') ?? null;
  const [only] = names;
  switch (mode) {
    case null:
    case 'MODE_UNSPECIFIED':
      return null;
    case 'AUTO':
    case 'VALIDATED':
      return { type: 'auto' };
    case 'NONE':
      return { type: 'none' };
    case 'ANY':
      if (names.length === 1 && only !== undefined) return { type: 'tool', name: only };
      return { type: 'required' };
    default: {
      const message = '`mode` must be AUTO, ANY, NONE or VALIDATED.';
      intake.refuse(`toolConfig.${CALLING}.mode`, message);
      return null;
    }
  }
}
