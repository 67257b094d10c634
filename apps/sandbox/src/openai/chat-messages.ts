import { isObject, listOf, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { BadRequest } from './bad-request.js';

/** What the simulated models read of a chat request's messages. */
export interface ChatMessages {
  /** Texts in order: what is counted and what cached prefixes are recognised by. */
  readonly texts: readonly string[];
  readonly images: number;
  /** What the user said since the last tool result. */
  readonly lastUserText: string;
}

const ROLES: ReadonlySet<string> = new Set([
  'system',
  'developer',
  'user',
  'assistant',
  'tool',
  'function',
]);
const PARTS: Readonly<Record<string, ReadonlySet<string>>> = {
  user: new Set(['text', 'image_url', 'input_audio', 'file']),
  assistant: new Set(['text', 'refusal']),
};
const TEXT_ONLY: ReadonlySet<string> = new Set(['text']);

/** Reads messages and refuses those OpenAI refuses: unknown roles and parts, tool answers without their calls. */
export function readMessages(value: unknown): ChatMessages {
  if (!Array.isArray(value)) {
    throw new BadRequest(
      "Missing required parameter: 'messages'.",
      'messages',
      'missing_required_parameter',
    );
  }
  if (value.length === 0) {
    throw new BadRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
      'empty_array',
    );
  }
  const calls = new OpenCalls();
  let images = 0;
  let lastUserText = '';
  const texts = value.map((message: unknown, i) => {
    const at = `messages[${String(i)}]`;
    const role = textOf(message, 'role');
    if (!isObject(message) || !ROLES.has(role)) {
      throw new BadRequest(
        `Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
        `${at}.role`,
        'invalid_value',
      );
    }
    calls.follow(message, role, at);
    const parts = readContent(message, role, at);
    images += parts.images;
    if (role === 'user') lastUserText = parts.text;
    else if (role === 'tool' || role === 'assistant') lastUserText = '';
    return parts.text + callText(message);
  });
  calls.end();
  return { texts, images, lastUserText };
}

function readContent(
  message: JsonObject,
  role: string,
  at: string,
): { readonly text: string; readonly images: number } {
  const content = message['content'];
  if (typeof content === 'string') return { text: content, images: 0 };
  if (content === undefined || content === null) {
    const mayBeEmpty =
      role === 'assistant' &&
      (listOf(message, 'tool_calls').length > 0 || typeof message['refusal'] === 'string');
    if (mayBeEmpty || role === 'function') return { text: '', images: 0 };
    throw new BadRequest(
      `Invalid value for 'content': expected a string, got null.`,
      `${at}.content`,
    );
  }
  if (!Array.isArray(content) || content.length === 0) {
    throw new BadRequest(
      `Invalid type for '${at}.content': expected one of a string or array of objects.`,
      `${at}.content`,
      'invalid_type',
    );
  }
  let text = '';
  let images = 0;
  for (const [i, part] of content.entries()) {
    const type = textOf(part, 'type');
    if (!(PARTS[role] ?? TEXT_ONLY).has(type)) {
      throw new BadRequest(
        `Invalid value: '${type}'. It is no content of a message with role '${role}'.`,
        `${at}.content[${String(i)}].type`,
        'invalid_value',
      );
    }
    checkPart(part, type, `${at}.content[${String(i)}]`);
    text += textOf(part, 'text');
    if (type !== 'text' && type !== 'refusal') images++;
  }
  return { text, images };
}

function checkPart(part: unknown, type: string, at: string): void {
  if (!isObject(part) || type === 'refusal') return;
  const inner = part[type];
  const isWhole =
    type === 'text'
      ? typeof inner === 'string'
      : type === 'image_url'
        ? /^(https?:\/\/|data:image\/)/.test(textOf(inner, 'url'))
        : isObject(inner);
  if (!isWhole) {
    throw new BadRequest(`Invalid or missing '${at}.${type}'.`, `${at}.${type}`, 'invalid_value');
  }
}

/** The part of the prompt that tool calls of earlier answers are. */
function callText(message: JsonObject): string {
  return listOf(message, 'tool_calls')
    .map((call) => (isObject(call) ? call['function'] : null))
    .map((call) => textOf(call, 'name') + textOf(call, 'arguments'))
    .join('');
}

/** Holds tool calls against their answers. */
class OpenCalls {
  #open = new Set<string>();

  /** The next message. */
  follow(message: JsonObject, role: string, at: string): void {
    if (role === 'tool') {
      const id = textOf(message, 'tool_call_id');
      if (id === '') {
        throw new BadRequest(
          `Missing required parameter: '${at}.tool_call_id'.`,
          `${at}.tool_call_id`,
          'missing_required_parameter',
        );
      }
      if (!this.#open.delete(id)) {
        throw new BadRequest(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          `${at}.role`,
        );
      }
      return;
    }
    this.end();
    if (role !== 'assistant' || message['tool_calls'] === undefined) return;
    const calls = listOf(message, 'tool_calls');
    if (calls.length === 0) {
      throw new BadRequest(
        `Invalid '${at}.tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
        `${at}.tool_calls`,
        'empty_array',
      );
    }
    for (const [i, call] of calls.entries()) {
      this.#open.add(callId(call, `${at}.tool_calls[${String(i)}]`));
    }
  }

  /** No further tool answer comes. */
  end(): void {
    if (this.#open.size === 0) return;
    throw new BadRequest(
      `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...this.#open].join(', ')}`,
      'messages',
    );
  }
}

function callId(call: unknown, at: string): string {
  const inner = isObject(call) ? call['function'] : null;
  const id = textOf(call, 'id');
  if (id === '' || textOf(inner, 'name') === '') {
    throw new BadRequest(
      `Missing required parameter: '${at}.${id === '' ? 'id' : 'function.name'}'.`,
      at,
      'missing_required_parameter',
    );
  }
  if (!isObject(inner) || typeof inner['arguments'] !== 'string') {
    throw new BadRequest(
      `Invalid type for '${at}.function.arguments': expected a string.`,
      `${at}.function.arguments`,
      'invalid_type',
    );
  }
  return id;
}
