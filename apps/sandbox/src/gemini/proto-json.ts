import { isObject } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { InvalidArgument } from './errors.js';

/**
 * Reads JSON as Google's servers do: members have camelCase or snake_case names, must be known and of their type. A
 * message is read into an object with camelCase names.
 */

/** The type of a member. `struct` is any object, `any` any value. */
export type ProtoType =
  | 'string'
  | 'float'
  | 'int'
  | 'bool'
  | 'struct'
  | 'any'
  | { readonly message: () => MessageType }
  | { readonly list: ProtoType }
  | { readonly map: ProtoType }
  | { readonly oneOf: readonly string[] };

/** A message's members by camelCase name. */
export type MessageType = Readonly<Record<string, ProtoType>>;

const NAMES: Readonly<Record<string, string>> = {
  string: 'TYPE_STRING',
  float: 'TYPE_FLOAT',
  int: 'TYPE_INT32',
  bool: 'TYPE_BOOL',
};

/** Reads a message; `path` is '' for the request itself. */
export function readMessage(value: unknown, type: MessageType, path = ''): JsonObject {
  if (!isObject(value)) throw invalid(path, 'type.googleapis.com/google.protobuf.Message', value);
  const read: Record<string, unknown> = {};
  for (const [given, member] of Object.entries(value)) {
    const name = given.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const known = type[name];
    if (known === undefined) {
      const where = path === '' ? '' : ` at '${path}'`;
      throw new InvalidArgument(
        `Invalid JSON payload received. Unknown name "${given}"${where}: Cannot find field.`,
        path,
      );
    }
    if (member === null) continue;
    const at = path === '' ? snake(name) : `${path}.${snake(name)}`;
    read[name] = readValue(member, known, at);
  }
  return read;
}

function readValue(value: unknown, type: ProtoType, path: string): unknown {
  if (typeof type === 'object') return readComposite(value, type, path);
  switch (type) {
    case 'any':
      return value;
    case 'struct':
      if (isObject(value)) return value;
      throw invalid(path, 'type.googleapis.com/google.protobuf.Struct', value);
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'float':
      if (typeof value === 'number') return value;
      break;
    case 'int': {
      // 64-bit numbers come as texts.
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number)) return number;
      break;
    }
  }
  throw invalid(path, NAMES[type] ?? '', value);
}

function readComposite(value: unknown, type: Exclude<ProtoType, string>, path: string): unknown {
  if ('message' in type) return readMessage(value, type.message(), path);
  if ('list' in type) {
    // A single value stands for a list of one, as protobuf's JSON has it.
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.map((item, i) =>
      readValue(item, type.list, Array.isArray(value) ? `${path}[${String(i)}]` : path),
    );
  }
  if ('map' in type) {
    if (!isObject(value)) throw invalid(path, 'map', value);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        readValue(member, type.map, `${path}[${name}]`),
      ]),
    );
  }
  if (typeof value === 'string' && type.oneOf.includes(value)) return value;
  throw invalid(path, 'TYPE_ENUM', value);
}

function invalid(path: string, type: string, value: unknown): InvalidArgument {
  return new InvalidArgument(
    `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`,
    path,
  );
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
