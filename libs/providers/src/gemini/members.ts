import { asRecord } from '../openai/usage.js';

/** A JSON object whose members are not yet believed. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * A member of a Gemini request, by its camelCase name or else in snake_case: the API takes both, as protocol buffers'
 * JSON does. `null` is as good as absent.
 */
export function member(object: Json | null, name: string): unknown {
  if (object === null) return undefined;
  return object[name] ?? object[snakeCase(name)] ?? undefined;
}

/** A member that is an object, or null. */
export function objectMember(object: Json | null, name: string): Json | null {
  return asRecord(member(object, name));
}

/** The objects of a member that is a list; whatever else it holds is left out. */
export function objectsMember(object: Json | null, name: string): readonly Json[] {
  const list = member(object, name);
  return Array.isArray(list) ? list.map(asRecord).filter((item) => item !== null) : [];
}

/** Whether a member is given in both spellings: two readers would disagree which counts. */
export function isGivenTwice(object: Json | null, name: string): boolean {
  return object?.[name] !== undefined && object[snakeCase(name)] !== undefined;
}

/** `maxOutputTokens` → `max_output_tokens`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
