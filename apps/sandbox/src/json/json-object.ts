/** A parsed JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a body that must be a JSON object; null where it is not one. */
export function parseObject(body: Buffer): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return isObject(parsed) ? parsed : null;
  } catch {
    // SyntaxError: the body is not JSON.
    return null;
  }
}

/** A member that must be a text to be of use, else ''. */
export function textOf(object: unknown, name: string): string {
  const value = isObject(object) ? object[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/** The items of a member that is a list, else none. */
export function listOf(object: unknown, name: string): readonly unknown[] {
  const value: unknown = isObject(object) ? object[name] : undefined;
  return Array.isArray(value) ? value : [];
}

/** The first member that is not among `known`, or null. */
export function unknownMember(object: JsonObject, known: ReadonlySet<string>): string | null {
  return Object.keys(object).find((name) => !known.has(name)) ?? null;
}
