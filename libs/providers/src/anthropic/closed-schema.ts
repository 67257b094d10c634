import { asRecord } from '../openai/usage.js';

/** Where a JSON Schema holds schemas by name, in a list, or one alone. */
const BY_NAME = ['properties', '$defs', 'definitions'];
const IN_LISTS = ['anyOf', 'allOf', 'oneOf', 'prefixItems'];
const ALONE = ['items', 'not'];

/**
 * A schema as Anthropic's structured outputs demand it: every object closed (`additionalProperties: false`) unless the
 * client said otherwise.
 */
export function closedSchema(schema: unknown): unknown {
  const given = asRecord(schema);
  if (given === null) return schema;
  const closed: Record<string, unknown> = { ...given };
  for (const name of BY_NAME) {
    const members = asRecord(given[name]);
    if (members === null) continue;
    closed[name] = Object.fromEntries(
      Object.entries(members).map(([key, member]) => [key, closedSchema(member)]),
    );
  }
  for (const name of IN_LISTS) {
    const list = given[name];
    if (Array.isArray(list)) closed[name] = list.map(closedSchema);
  }
  for (const name of ALONE) if (name in given) closed[name] = closedSchema(given[name]);
  if (given['type'] === 'object') closed['additionalProperties'] ??= false;
  return closed;
}
