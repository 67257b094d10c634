import { parseObject } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';

/** A request OpenAI would refuse with 400. */
export class BadRequest extends Error {
  constructor(
    message: string,
    readonly param: string | null,
    readonly code: string | null = null,
  ) {
    super(message);
  }
}

/** Parses a JSON object body. */
export function parseBody(body: Buffer): JsonObject {
  const parsed = parseObject(body);
  if (parsed === null) {
    throw new BadRequest('We could not parse the JSON body of your request.', null);
  }
  return parsed;
}

/** A positive whole number, or null where it is not given. */
export function positive(json: JsonObject, name: string): number | null {
  return numberIn(json, name, { least: 1, most: Number.MAX_SAFE_INTEGER, isWhole: true });
}

/** What a number must be. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
}

/** A number in its range, or null where it is not given. */
export function numberIn(json: JsonObject, name: string, range: NumberRange): number | null {
  const value = json[name];
  if (value === undefined || value === null) return null;
  const isWhole = range.isWhole === true;
  if (typeof value !== 'number' || (isWhole && !Number.isInteger(value))) {
    const kind = isWhole ? 'an integer' : 'a number';
    throw new BadRequest(`Invalid type for '${name}': expected ${kind}.`, name, 'invalid_type');
  }
  if (value < range.least) {
    throw new BadRequest(
      `Invalid '${name}': expected a value >= ${String(range.least)}, but got ${String(value)} instead.`,
      name,
      'integer_below_min_value',
    );
  }
  if (value > range.most) {
    throw new BadRequest(
      `Invalid '${name}': expected a value <= ${String(range.most)}, but got ${String(value)} instead.`,
      name,
      'integer_above_max_value',
    );
  }
  return value;
}

/** Texts that end an answer: one or up to four. */
export function readStops(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return [value];
  const texts = Array.isArray(value)
    ? value.filter((one: unknown): one is string => typeof one === 'string')
    : [];
  if (!Array.isArray(value) || texts.length !== value.length || texts.length > 4) {
    throw new BadRequest("Invalid 'stop': expected a string or at most 4 strings.", 'stop');
  }
  return texts;
}
