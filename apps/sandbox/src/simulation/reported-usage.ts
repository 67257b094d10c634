import type { Faults, Malformation } from '../faults/faults.js';

/** What a dialect calls the members of its usage object. */
export interface UsageNames {
  readonly prompt: string;
  readonly output: string;
  readonly total: string | null;
  /** Members that break the totals down. */
  readonly details: readonly string[];
}

type Wrong = (names: UsageNames) => Record<string, unknown>;
const WRONG: Partial<Record<Malformation, Wrong>> = {
  'negative-usage': ({ output }) => ({ [output]: -7 }),
  'huge-usage': ({ output }) => ({ [output]: 9_999_999_999 }),
  'float-usage': ({ output }) => ({ [output]: 7.5 }),
  'zero-usage': ({ prompt, output, total }) => ({
    [prompt]: 0,
    [output]: 0,
    ...(total === null ? {} : { [total]: 0 }),
  }),
};

/** What is reported: the truth, unless a fault says otherwise. `undefined` = the member is left out. */
export function reportedUsage(
  truth: Readonly<Record<string, unknown>>,
  names: UsageNames,
  faults: Faults,
): Record<string, unknown> | null | undefined {
  if (faults.noUsage) return undefined;
  if (faults.malformed === 'null-usage') return null;
  const wrong = faults.malformed === null ? undefined : WRONG[faults.malformed];
  if (wrong === undefined && faults.usage === null) return truth;
  const usage: Record<string, unknown> = { ...truth, ...wrong?.(names) };
  // Details that contradict a changed total would make it invalid for another reason than the one asked for.
  const kept = Object.entries(usage).filter(([name]) => !names.details.includes(name));
  return { ...Object.fromEntries(kept), ...faults.usage };
}
