import { isObject, unknownMember } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { InvalidRequest } from './errors.js';

/** Checks of single members, with the words Anthropic has for what is wrong. */

/** An object that has no members but the known ones. */
export function objectAt(value: unknown, path: string, known: ReadonlySet<string>): JsonObject {
  if (!isObject(value)) throw new InvalidRequest(path, 'Input should be a valid dictionary');
  const odd = unknownMember(value, known);
  if (odd !== null) {
    throw new InvalidRequest(
      path === '' ? odd : `${path}.${odd}`,
      'Extra inputs are not permitted',
    );
  }
  return value;
}

/** A text that must be there. */
export function requiredText(object: JsonObject, name: string, path: string): string {
  const value = object[name];
  const at = path === '' ? name : `${path}.${name}`;
  if (value === undefined) throw new InvalidRequest(at, 'Field required');
  if (typeof value !== 'string') {
    throw new InvalidRequest(at, 'Input should be a valid string');
  }
  return value;
}

/** A number within its bounds, or null where it is not given. */
export function numberAt(
  object: JsonObject,
  name: string,
  range: { readonly least: number; readonly most: number; readonly isWhole: boolean },
): number | null {
  const value = object[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || (range.isWhole && !Number.isInteger(value))) {
    throw new InvalidRequest(
      name,
      `Input should be a valid ${range.isWhole ? 'integer' : 'number'}`,
    );
  }
  if (value < range.least) {
    throw new InvalidRequest(
      name,
      `Input should be greater than or equal to ${String(range.least)}`,
    );
  }
  if (value > range.most) {
    throw new InvalidRequest(name, `Input should be less than or equal to ${String(range.most)}`);
  }
  return value;
}

/** A list; an empty one where it is not given. */
export function listAt(object: JsonObject, name: string): readonly unknown[] {
  const value = object[name];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new InvalidRequest(name, 'Input should be a valid list');
  return value;
}
