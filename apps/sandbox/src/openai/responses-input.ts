import { isObject, listOf, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { BadRequest } from './bad-request.js';

/** What the simulated models read of a Responses request's input. */
export interface ResponsesInput {
  readonly texts: readonly string[];
  readonly images: number;
  readonly lastUserText: string;
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text', 'input_image', 'input_file', 'input_audio'],
  system: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text', 'input_image', 'input_file'],
  assistant: ['output_text', 'refusal'],
};
/** Items that are taken as they are. */
const OTHER_ITEMS: ReadonlySet<string> = new Set(['reasoning', 'item_reference', 'compaction']);

/** Reads the input and refuses what OpenAI refuses: unknown items and parts, outputs without their calls. */
export function readInput(value: unknown): ResponsesInput {
  if (typeof value === 'string') return { texts: [value], images: 0, lastUserText: value };
  if (!Array.isArray(value) || value.length === 0) {
    throw new BadRequest(
      "Missing required parameter: 'input'.",
      'input',
      'missing_required_parameter',
    );
  }
  const reader = new InputReader();
  for (const [i, item] of value.entries()) reader.read(item, `input[${String(i)}]`);
  return reader.end();
}

class InputReader {
  readonly #texts: string[] = [];
  readonly #open = new Set<string>();
  #images = 0;
  #lastUserText = '';

  read(item: unknown, at: string): void {
    if (!isObject(item)) {
      throw new BadRequest(`Invalid type for '${at}': expected an object.`, at, 'invalid_type');
    }
    const type = item['type'] ?? (item['role'] === undefined ? null : 'message');
    if (type === 'message') {
      this.#message(item, at);
      return;
    }
    if (type === 'function_call') {
      this.#call(item, at);
      return;
    }
    if (type === 'function_call_output') {
      this.#output(item, at);
      return;
    }
    if (typeof type === 'string' && OTHER_ITEMS.has(type)) return;
    throw new BadRequest(
      `Invalid value: '${textOf(item, 'type')}'. The simulated models take messages, function calls and their outputs, and reasoning.`,
      `${at}.type`,
      'invalid_value',
    );
  }

  end(): ResponsesInput {
    const [open] = this.#open;
    if (open !== undefined) {
      throw new BadRequest(`No tool output found for function call ${open}.`, 'input');
    }
    return { texts: this.#texts, images: this.#images, lastUserText: this.#lastUserText };
  }

  #message(item: JsonObject, at: string): void {
    const role = textOf(item, 'role');
    const allowed = PARTS[role];
    if (allowed === undefined) {
      throw new BadRequest(
        `Invalid value: '${role}'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`,
        `${at}.role`,
        'invalid_value',
      );
    }
    const text = this.#content(item['content'], allowed, `${at}.content`);
    this.#texts.push(text);
    this.#lastUserText = role === 'user' ? text : '';
  }

  #content(content: unknown, allowed: readonly string[], at: string): string {
    if (typeof content === 'string') return content;
    if (!Array.isArray(content)) {
      throw new BadRequest(
        `Invalid type for '${at}': expected one of a string or array of objects.`,
        at,
        'invalid_type',
      );
    }
    let text = '';
    for (const [i, part] of content.entries()) {
      const type = textOf(part, 'type');
      if (!allowed.includes(type)) {
        throw new BadRequest(
          `Invalid value: '${type}'. Supported values are: ${allowed.map((one) => `'${one}'`).join(', ')}.`,
          `${at}[${String(i)}]`,
          'invalid_value',
        );
      }
      if (type === 'input_text' || type === 'output_text') text += textOf(part, 'text');
      else if (type !== 'refusal') this.#images++;
    }
    return text;
  }

  #call(item: JsonObject, at: string): void {
    for (const name of ['call_id', 'name', 'arguments']) {
      if (typeof item[name] === 'string') continue;
      throw new BadRequest(
        `Missing required parameter: '${at}.${name}'.`,
        `${at}.${name}`,
        'missing_required_parameter',
      );
    }
    this.#open.add(textOf(item, 'call_id'));
    this.#texts.push(textOf(item, 'name') + textOf(item, 'arguments'));
    this.#lastUserText = '';
  }

  #output(item: JsonObject, at: string): void {
    const id = textOf(item, 'call_id');
    if (!this.#open.delete(id)) {
      throw new BadRequest(
        `No tool call found for function call output with call_id ${id}.`,
        'input',
      );
    }
    const output = item['output'];
    if (typeof output !== 'string' && !Array.isArray(output)) {
      throw new BadRequest(
        `Missing required parameter: '${at}.output'.`,
        `${at}.output`,
        'missing_required_parameter',
      );
    }
    const parts = listOf(item, 'output').map((part) => textOf(part, 'text'));
    this.#texts.push(typeof output === 'string' ? output : parts.join(''));
    this.#lastUserText = '';
  }
}
