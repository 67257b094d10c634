import { asRecord } from '../openai/usage.js';
import type { Json } from './members.js';

/**
 * Turns Gemini's schemas, a subset of OpenAPI's, into JSON Schema: type names in lower case, `nullable` as a second
 * type, counts that protocol buffers spell as text (`"minItems": "3"`) as numbers. Members of Gemini's own that say
 * nothing to others (`propertyOrdering`, `example`) are left out; all else stays.
 */
export function jsonSchemaOf(schema: unknown): unknown {
  const given = asRecord(schema);
  if (given === null) return schema;
  const written: Record<string, unknown> = {};
  for (const key in given) {
    const name = camelCase(key);
    const value = given[key];
    if (OWN.has(name)) continue;
    // An OpenAPI enum says so twice.
    if (name === 'format' && value === 'enum') continue;
    written[name] = memberOf(name, value);
  }
  return given['nullable'] === true ? nullable(written) : written;
}

const OWN: ReadonlySet<string> = new Set(['nullable', 'propertyOrdering', 'example']);
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
]);
const SCHEMAS: ReadonlySet<string> = new Set(['items', 'additionalProperties']);
const SCHEMA_LISTS: ReadonlySet<string> = new Set(['anyOf', 'prefixItems']);
const SCHEMA_MAPS: ReadonlySet<string> = new Set(['properties', '$defs']);

function memberOf(name: string, value: unknown): unknown {
  if (name === 'type') return typeOf(value);
  if (COUNTS.has(name)) return typeof value === 'string' ? Number(value) : value;
  if (SCHEMAS.has(name)) return jsonSchemaOf(value);
  if (SCHEMA_LISTS.has(name)) return Array.isArray(value) ? value.map(jsonSchemaOf) : value;
  if (!SCHEMA_MAPS.has(name)) return value;
  const properties = Object.entries(asRecord(value) ?? {});
  return Object.fromEntries(properties.map(([key, schema]) => [key, jsonSchemaOf(schema)]));
}

function typeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typeOf);
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** The schema, or null. An enum has to name null as well. */
function nullable(schema: Json): Json {
  const { type } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  const values = schema['enum'];
  if (!Array.isArray(values)) return { ...schema, type: [type, 'null'] };
  const kept: unknown[] = values.filter((value) => value !== null);
  return { ...schema, type: [type, 'null'], enum: [...kept, null] };
}

/** The members of a schema may be spelt in snake_case too; JSON Schema's own `$defs` and `$ref` stay. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
