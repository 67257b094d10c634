import { isObject } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';

/** Objects and lists inside each other that are filled; a schema may refer to itself. */
const DEPTH_MAX = 8;

/** Texts for the values of strings without a format; taken in turn, so that two fields differ. */
export type TextSource = () => string;

/**
 * A value that fits a JSON Schema (or Gemini's subset of OpenAPI's): every property is filled, lists have as many
 * items as they must, at least one.
 */
export function valueFor(schema: unknown, text: TextSource): unknown {
  return fill(schema, { root: schema, text }, 0);
}

interface Filling {
  readonly root: unknown;
  readonly text: TextSource;
}

function fill(schema: unknown, filling: Filling, depth: number): unknown {
  if (!isObject(schema) || depth > DEPTH_MAX) return null;
  if (typeof schema['$ref'] === 'string') {
    return fill(referred(filling.root, schema['$ref']), filling, depth + 1);
  }
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  for (const name of ['anyOf', 'oneOf', 'allOf']) {
    const options: unknown = schema[name];
    if (Array.isArray(options) && schema['type'] === undefined) {
      return fill(options[0], filling, depth + 1);
    }
  }
  switch (typeOf(schema)) {
    case 'object':
      return object(schema, filling, depth);
    case 'array': {
      const least = typeof schema['minItems'] === 'number' ? schema['minItems'] : 1;
      return Array.from({ length: Math.max(least, 1) }, () =>
        fill(schema['items'], filling, depth + 1),
      );
    }
    case 'string':
      return string(schema, filling.text);
    case 'integer':
    case 'number':
      return number(schema);
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function typeOf(schema: JsonObject): string {
  const type: unknown = schema['type'];
  // The first that is not null: `["string","null"]` is a string that may be missing.
  const first: unknown = Array.isArray(type) ? type.find((one: unknown) => one !== 'null') : type;
  if (typeof first === 'string') return first.toLowerCase();
  return isObject(schema['properties']) ? 'object' : '';
}

function object(schema: JsonObject, filling: Filling, depth: number): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const filled: Record<string, unknown> = {};
  for (const name in properties) filled[name] = fill(properties[name], filling, depth + 1);
  return filled;
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-03-20T12:00:00Z',
  date: '2026-03-20',
  time: '12:00:00Z',
  email: 'river@example.com',
  uri: 'https://example.com/river',
  uuid: '0190f3a4-7c1e-7000-8000-000000000001',
};

function string(schema: JsonObject, text: TextSource): string {
  const format = schema['format'];
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  if (known !== undefined) return known;
  const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
  const most = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : Infinity;
  return text().padEnd(least, '.').slice(0, most);
}

function number(schema: JsonObject): number {
  const { minimum, maximum } = schema;
  const least = typeof minimum === 'number' ? minimum : Math.min(7, limit(maximum));
  return typeOf(schema) === 'integer' ? Math.ceil(least) : least;
}

function limit(maximum: unknown): number {
  return typeof maximum === 'number' ? maximum : 7;
}

/** What `#/$defs/name` and the like stand for. */
function referred(root: unknown, reference: string): unknown {
  let at: unknown = root;
  for (const step of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) {
    at = isObject(at) ? at[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return at;
}
