import { isObject, listOf, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { InvalidArgument } from './errors.js';
import { isOwnThoughtSignature } from './thought-signature.js';

/** What the simulated models read of a request's contents. */
export interface Contents {
  readonly texts: readonly string[];
  readonly media: number;
  /** What the user said since the last function response. */
  readonly lastUserText: string;
}

/** A part is one of these. */
const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
] as const;

interface Turn {
  readonly role: string;
  readonly parts: readonly JsonObject[];
}

/** Reads contents (already known to be well-formed) and refuses those Gemini refuses. */
export function readContents(json: JsonObject, demandsSignatures: boolean): Contents {
  const contents = listOf(json, 'contents');
  if (contents.length === 0) {
    throw new InvalidArgument(
      '* GenerateContentRequest.contents: contents is not specified\n',
      'contents',
    );
  }
  const turns = contents.map((content, i) => readTurn(content, `contents[${String(i)}]`));
  checkCalls(turns);
  if (demandsSignatures) checkSignatures(turns);
  const system = readSystem(json);
  const all = [...system, ...turns.flatMap(({ parts }) => parts)];
  return {
    texts: all.map((part) => partText(part)),
    media: all.filter((part) => part['inlineData'] ?? part['fileData']).length,
    lastUserText: lastUserText(turns),
  };
}

function readTurn(content: unknown, path: string): Turn {
  const role = textOf(content, 'role');
  if (role !== '' && role !== 'user' && role !== 'model') {
    throw new InvalidArgument('Please use a valid role: user, model.', `${path}.role`);
  }
  const parts = listOf(content, 'parts').filter(isObject);
  if (parts.length === 0) {
    throw new InvalidArgument(
      `* GenerateContentRequest.${path}.parts: contents.parts must not be empty.\n`,
      `${path}.parts`,
    );
  }
  for (const [i, part] of parts.entries()) checkPart(part, `${path}.parts[${String(i)}]`);
  return { role: role === '' ? 'user' : role, parts };
}

function checkPart(part: JsonObject, path: string): void {
  const data = DATA.filter((name) => part[name] !== undefined);
  if (data.length !== 1) {
    throw new InvalidArgument(
      `* GenerateContentRequest.${path}.data: required oneof field 'data' must have one initialized field\n`,
      path,
    );
  }
  for (const name of ['functionCall', 'functionResponse'] as const) {
    const inner = part[name];
    if (inner === undefined) continue;
    if (textOf(inner, 'name') === '') {
      throw new InvalidArgument(
        `* GenerateContentRequest.${path}.${name === 'functionCall' ? 'function_call' : 'function_response'}.name: Name cannot be empty.\n`,
        path,
      );
    }
    if (name === 'functionResponse' && isObject(inner) && inner['response'] === undefined) {
      throw new InvalidArgument(
        `* GenerateContentRequest.${path}.function_response.response: Response cannot be empty.\n`,
        path,
      );
    }
  }
  const blob = part['inlineData'];
  if (blob !== undefined && (textOf(blob, 'mimeType') === '' || textOf(blob, 'data') === '')) {
    throw new InvalidArgument(`Unable to process input image: ${path} has no data.`, path);
  }
}

function readSystem(json: JsonObject): readonly JsonObject[] {
  const system = json['systemInstruction'];
  if (system === undefined) return [];
  const parts = listOf(system, 'parts').filter(isObject);
  if (parts.length === 0 || parts.some((part) => part['text'] === undefined)) {
    throw new InvalidArgument(
      '* GenerateContentRequest.system_instruction.parts: contents.parts must be text.\n',
      'system_instruction',
    );
  }
  return parts;
}

/** A model's calls follow a user's turn and are answered, each of them, in the next. */
function checkCalls(turns: readonly Turn[]): void {
  for (const [i, { role, parts }] of turns.entries()) {
    const calls = namesIn(parts, 'functionCall');
    const responses = namesIn(parts, 'functionResponse');
    if (calls.length > 0 && (role !== 'model' || turns[i - 1]?.role !== 'user')) {
      throw new InvalidArgument(
        'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
      );
    }
    const asked = namesIn(turns[i - 1]?.parts ?? [], 'functionCall');
    if (responses.length > 0 && (role === 'model' || asked.length === 0)) {
      throw new InvalidArgument(
        'Please ensure that function response turn comes immediately after a function call turn.',
      );
    }
    if (asked.length !== responses.length) {
      throw new InvalidArgument(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      );
    }
    const odd = responses.find((name) => !asked.includes(name));
    if (odd !== undefined) {
      throw new InvalidArgument(
        `Please ensure that function response name "${odd}" is one of the function call turn.`,
      );
    }
    if (calls.length > 0 && i === turns.length - 1) {
      throw new InvalidArgument(
        'Please ensure that function call turn is followed by a function response turn.',
      );
    }
  }
}

function namesIn(
  parts: readonly JsonObject[],
  member: 'functionCall' | 'functionResponse',
): readonly string[] {
  return parts
    .filter((part) => part[member] !== undefined)
    .map((part) => textOf(part[member], 'name'));
}

/** A model that thinks must get its signatures back with the first call of each step of the current turn. */
function checkSignatures(turns: readonly Turn[]): void {
  const asked = turns.findLastIndex(
    ({ role, parts }) => role === 'user' && parts.some((part) => part['text'] !== undefined),
  );
  for (const { parts } of turns.slice(asked + 1)) {
    const first = parts.find((part) => part['functionCall'] !== undefined);
    if (first === undefined) continue;
    const name = textOf(first['functionCall'], 'name');
    const signature = textOf(first, 'thoughtSignature');
    if (signature === '') {
      throw new InvalidArgument(
        `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\`.`,
      );
    }
    if (!isOwnThoughtSignature(signature)) {
      throw new InvalidArgument('Thought signature is not valid.');
    }
  }
}

function partText(part: JsonObject): string {
  if (part['text'] !== undefined) return textOf(part, 'text');
  const call = part['functionCall'];
  if (isObject(call)) return textOf(call, 'name') + JSON.stringify(call['args'] ?? {});
  const response = part['functionResponse'];
  if (isObject(response)) return textOf(response, 'name') + JSON.stringify(response['response']);
  return '';
}

function lastUserText(turns: readonly Turn[]): string {
  const last = turns.at(-1);
  if (last?.role !== 'user') return '';
  const from = last.parts.findLastIndex((part) => part['functionResponse'] !== undefined) + 1;
  return last.parts
    .slice(from)
    .map((part) => textOf(part, 'text'))
    .join('\n');
}
