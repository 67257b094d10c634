import { checkTokenCount, NO_USAGE, PLAUSIBLE_MULTIPLE, promptTokens } from '@weir/domain';
import type { Usage } from '@weir/domain';
import { asRecord, USAGE_TOKENS_MAX } from '../openai/usage.js';
import type { UsageBounds, UsageReading } from '../openai/usage.js';

/**
 * Reads Anthropic's usage objects into Weir's disjoint classes.
 *
 * `input_tokens` is what was neither read from nor written to the cache; reads and writes stand beside it, writes
 * split by lifetime in `cache_creation` (no split: all of them 5 minutes). A stream tells its input in
 * `message_start` and the final figures in `message_delta`, which is authoritative, cumulative, may come again and
 * may leave out what it has nothing new to say of. A figure that cannot be right makes the whole block invalid; an
 * explicit 0 is 0.
 */

type Json = Readonly<Record<string, unknown>>;

const ABSENT: UsageReading = { state: 'absent' };
const INVALID: UsageReading = { state: 'invalid' };

/** Reads the `usage` of a message that was not streamed. */
export function readMessagesUsage(value: unknown, bounds: UsageBounds = {}): UsageReading {
  return readDeltaUsage(value, null, bounds);
}

/**
 * Reads the `usage` of `message_start`: input classes only. Its `output_tokens` is a first count, not the answer's,
 * so the output stays 0.
 */
export function readStartUsage(value: unknown, bounds: UsageBounds = {}): UsageReading {
  if (value === undefined || value === null) return ABSENT;
  const usage = asRecord(value);
  const input = usage === null ? null : inputOf(usage, null, bounds);
  return input === null ? INVALID : { state: 'valid', usage: input };
}

/** Reads the `usage` of `message_delta`; what it leaves out is taken from `start`. */
export function readDeltaUsage(
  value: unknown,
  start: Usage | null,
  bounds: UsageBounds = {},
): UsageReading {
  if (value === undefined || value === null) return ABSENT;
  const usage = asRecord(value);
  if (usage === null) return INVALID;
  const input = inputOf(usage, start, bounds);
  const output = figure(usage['output_tokens'], bounds.outputTokensMax);
  const thinking = asRecord(usage['output_tokens_details'])?.['thinking_tokens'];
  const reasoning = figure(thinking ?? 0, undefined);
  if (input === null || output === null || reasoning === null || reasoning > output) return INVALID;
  return { state: 'valid', usage: { ...input, output, reasoning } };
}

/** The input classes, or null when one of them cannot be right or `input_tokens` is nowhere. */
function inputOf(usage: Json, start: Usage | null, bounds: UsageBounds): Usage | null {
  const bound = bounds.inputTokensMax;
  const input = figure(usage['input_tokens'] ?? start?.input, bound);
  const cacheRead = figure(usage['cache_read_input_tokens'] ?? start?.cacheRead ?? 0, bound);
  const writes = writesOf(usage, start, bound);
  if (input === null || cacheRead === null || writes === null) return null;
  const read = { ...NO_USAGE, input, cacheRead, ...writes };
  return promptTokens(read) <= believed(bound) ? read : null;
}

/** Cache writes by lifetime: of the total, what was not written for one hour was written for five minutes. */
function writesOf(
  usage: Json,
  start: Usage | null,
  bound: number | undefined,
): Pick<Usage, 'cacheWrite5m' | 'cacheWrite1h'> | null {
  const split = asRecord(usage['cache_creation']);
  const given = usage['cache_creation_input_tokens'] ?? null;
  const oneHour = figure(split?.['ephemeral_1h_input_tokens'] ?? start?.cacheWrite1h ?? 0, bound);
  const fiveMinutes = split?.['ephemeral_5m_input_tokens'] ?? start?.cacheWrite5m ?? 0;
  const rest = figure(given ?? fiveMinutes, bound);
  if (oneHour === null || rest === null) return null;
  if (given === null) return { cacheWrite5m: rest, cacheWrite1h: oneHour };
  const cacheWrite1h = Math.min(oneHour, rest);
  return { cacheWrite5m: rest - cacheWrite1h, cacheWrite1h };
}

function figure(value: unknown, bound: number | undefined): number | null {
  const checked = checkTokenCount(value, tokensMax(bound));
  return checked.status === 'plausible' ? checked.tokens : null;
}

function tokensMax(bound: number = USAGE_TOKENS_MAX): number {
  return Math.max(bound, 1);
}

/** The most that is believed of a sum of classes. */
function believed(bound: number | undefined): number {
  return PLAUSIBLE_MULTIPLE * tokensMax(bound);
}
