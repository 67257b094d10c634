import type { Media, Part, Turn } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { TurnBuilder } from '../conversation/turn-builder.js';
import { asRecord } from '../openai/usage.js';
import { argumentsOf } from './answer-shape.js';
import { member } from './members.js';
import type { Json } from './members.js';
import { openRedacted } from './redacted-thought.js';

/** A call that was read, for the responses after it. */
interface Call {
  readonly id: string;
  readonly name: string;
  isAnswered: boolean;
}

/** Parts that only Gemini's own servers can make sense of. */
const UNTRANSLATABLE = [
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'audioTranscription',
] as const;
/** How Gemini is to look at media: others look as they do. */
const DROPPED = ['videoMetadata', 'mediaResolution', 'mediaProcessing', 'partMetadata'] as const;

/**
 * Reads the contents of a Gemini request as turns. Ids of calls are optional there: one that is missing is made from
 * the call's place, so that the same history always gives the same ids, and a response without an id answers the first
 * unanswered call of its name.
 */
export class GeminiContentReader {
  readonly #intake: RequestIntake;
  readonly #turns = new TurnBuilder();
  readonly #calls: Call[] = [];

  constructor(intake: RequestIntake) {
    this.#intake = intake;
  }

  /** The turns; look at the intake's problem before they are used. */
  read(contents: unknown): readonly Turn[] {
    this.#intake.list(contents, 'contents').forEach((value, i) => {
      const param = `contents[${i}]`;
      const content = this.#intake.record(value, param);
      this.#turns.add(this.#roleOf(content, param), this.parts(content, param));
    });
    return this.#turns.turns();
  }

  /** The parts of one content. A thought that came in pieces is put together again. */
  parts(content: Json, param: string): readonly Part[] {
    const parts: Part[] = [];
    const given = member(content, 'parts') ?? [];
    this.#intake.list(given, `${param}.parts`).forEach((value, i) => {
      const at = `${param}.parts[${i}]`;
      const part = this.#part(this.#intake.record(value, at), at);
      const last = parts.at(-1);
      if (part === null) return;
      if (part.type === 'thinking' && isOpenThought(last) && part.redactedData === undefined) {
        parts[parts.length - 1] = {
          ...last,
          text: last.text + part.text,
          signature: part.signature,
        };
      } else {
        parts.push(part);
      }
    });
    return parts;
  }

  #roleOf(content: Json, param: string): Turn['role'] {
    const role = member(content, 'role') ?? 'user';
    if (role === 'model') return 'assistant';
    if (role !== 'user' && role !== 'function') {
      this.#intake.refuse(`${param}.role`, `\`${param}.role\` must be user or model.`);
    }
    return 'user';
  }

  #part(part: Json, param: string): Part | null {
    for (const name of DROPPED) if (member(part, name) !== undefined) this.#intake.drop(name);
    for (const name of UNTRANSLATABLE) {
      if (member(part, name) === undefined) continue;
      const message = `\`${param}.${name}\` works with Gemini models only; leave it out or choose one of them.`;
      this.#intake.refuse(`${param}.${name}`, message);
    }
    const text = member(part, 'text');
    if (text !== undefined) return this.#text(part, this.#intake.text(text, `${param}.text`));
    const data = member(part, 'inlineData') ?? member(part, 'fileData');
    if (data !== undefined) return this.#media(part, param);
    const call = member(part, 'functionCall');
    if (call !== undefined) return this.#call(part, `${param}.functionCall`);
    const response = member(part, 'functionResponse');
    return response === undefined ? null : this.#response(response, `${param}.functionResponse`);
  }

  /** Words or thoughts. A signature on words is Gemini's own affair; empty words say nothing. */
  #text(part: Json, text: string): Part | null {
    if (member(part, 'thought') !== true) return text === '' ? null : { type: 'text', text };
    const given = member(part, 'thoughtSignature');
    const signature = typeof given === 'string' ? given : null;
    const redactedData = signature === null ? null : openRedacted(signature);
    if (redactedData !== null) return { type: 'thinking', text, signature: null, redactedData };
    return text === '' && signature === null ? null : { type: 'thinking', text, signature };
  }

  #media(part: Json, param: string): Part | null {
    const inline = asRecord(member(part, 'inlineData'));
    const at = `${param}.${inline === null ? 'fileData' : 'inlineData'}`;
    const given = inline ?? this.#intake.record(member(part, 'fileData'), at);
    const mediaType = this.#intake.optionalText(member(given, 'mimeType'), `${at}.mimeType`) ?? '';
    const source =
      inline === null ? this.#file(given, mediaType, at) : this.#bytes(given, mediaType, at);
    if (mediaType.startsWith('image/')) return { type: 'image', source };
    if (mediaType.startsWith('audio/')) return { type: 'audio', source };
    const name = this.#intake.optionalText(member(given, 'displayName'), `${at}.displayName`);
    return { type: 'file', source, ...(name === null ? {} : { name }) };
  }

  #bytes(given: Json, mediaType: string, param: string): Media {
    if (mediaType === '') this.#intake.text(undefined, `${param}.mimeType`);
    return { kind: 'base64', mediaType, data: this.#intake.text(given['data'], `${param}.data`) };
  }

  /** Files that Google holds are out of everyone else's reach. */
  #file(given: Json, mediaType: string, param: string): Media {
    const url = this.#intake.text(member(given, 'fileUri'), `${param}.fileUri`);
    if (!/^https?:\/\//i.test(url) || GOOGLE_FILE.test(url)) {
      const message = `\`${param}.fileUri\` names a file that only Google can read; send its bytes as \`inlineData\`.`;
      this.#intake.refuse(`${param}.fileUri`, message);
    }
    return { kind: 'url', url, ...(mediaType === '' ? {} : { mediaType }) };
  }

  #call(part: Json, param: string): Part {
    const call = this.#intake.record(member(part, 'functionCall'), param);
    const name = this.#intake.text(call['name'], `${param}.name`);
    const given = this.#intake.optionalText(call['id'], `${param}.id`);
    const id = given ?? `call_${this.#calls.length}`;
    this.#calls.push({ id, name, isAnswered: false });
    const signature = member(part, 'thoughtSignature');
    return {
      type: 'tool_call',
      id,
      name,
      argumentsText: argumentsOf(call),
      ...(typeof signature === 'string' ? { signature } : {}),
    };
  }

  #response(value: unknown, param: string): Part {
    const given = this.#intake.record(value, param);
    const name = this.#intake.text(given['name'], `${param}.name`);
    const id = this.#intake.optionalText(given['id'], `${param}.id`);
    const open = this.#calls.filter((it) => !it.isAnswered);
    const call = open.find((it) => it.id === id) ?? open.find((it) => it.name === name);
    if (call === undefined) {
      const message = `\`${param}\` answers no \`functionCall\` of the contents before it.`;
      this.#intake.refuse(param, message);
    } else {
      call.isAnswered = true;
    }
    const { text, isError } = outputOf(given['response']);
    const parts: Part[] = text === '' ? [] : [{ type: 'text', text }];
    if (given['parts'] !== undefined) parts.push(...this.parts(given, param));
    return { type: 'tool_result', callId: call?.id ?? '', name, parts, isError };
  }
}

const GOOGLE_FILE =
  /^https:\/\/(?:generativelanguage\.googleapis\.com|storage\.cloud\.google\.com)\//i;

/** `output` or `error` where the response has one, else the whole of it; words as they are, all else as JSON. */
function outputOf(value: unknown): { readonly text: string; readonly isError: boolean } {
  const response = asRecord(value);
  const error = response?.['error'];
  if (error !== undefined) return { text: textOf(error), isError: true };
  return { text: textOf(response?.['output'] ?? value ?? ''), isError: false };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isOpenThought(part: Part | undefined): part is Part & { readonly type: 'thinking' } {
  return part?.type === 'thinking' && part.signature === null && part.redactedData === undefined;
}
