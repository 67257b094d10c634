import { promptTokens } from '@weir/domain';
import type { Usage } from '@weir/domain';
import { asRecord, optionalTokens, tokens } from '../openai/usage.js';
import type { UsageBounds, UsageReading } from '../openai/usage.js';
import type { Json } from './members.js';

/**
 * Reads Gemini's `usageMetadata` into Weir's disjoint classes.
 *
 * Cached tokens are inside `promptTokenCount`; results of the provider's own tools (`toolUsePromptTokenCount`) are
 * input beside it; thoughts are output beside `candidatesTokenCount`. Two servers differ, and `totalTokenCount` gives
 * them away: some count the thoughts among the candidates, some report thoughts in the total alone. Zeros are left out
 * of the JSON, so an absent figure is 0 only where the total agrees and nothing was produced. A block whose figures
 * contradict one another is invalid (reliability U5): the caller then counts for itself.
 */

const ABSENT: UsageReading = { state: 'absent' };
const INVALID: UsageReading = { state: 'invalid' };

const OUTPUT_FIGURES = ['candidatesTokenCount', 'thoughtsTokenCount'] as const;
const FIGURES = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
  ...OUTPUT_FIGURES,
] as const;

/**
 * Reads a `usageMetadata` value.
 * @param hasOutput whether something was produced: a block that tells no output is then no usage yet.
 */
export function readGeminiUsage(
  value: unknown,
  bounds: UsageBounds = {},
  hasOutput = false,
): UsageReading {
  if (value === undefined || value === null) return ABSENT;
  const metadata = asRecord(value);
  if (metadata === null) return INVALID;
  if (FIGURES.every((name) => !isGiven(metadata, name))) return ABSENT;
  const prompt = tokens(metadata['promptTokenCount'], bounds.inputTokensMax);
  const cacheRead = optionalTokens(metadata['cachedContentTokenCount']);
  const toolUse = optionalTokens(metadata['toolUsePromptTokenCount']);
  if (prompt === null || cacheRead === null || toolUse === null || cacheRead > prompt) {
    return INVALID;
  }
  const out = readOutput(metadata, prompt + toolUse);
  if (out === null || tokens(out.output, bounds.outputTokensMax) === null) return INVALID;
  if (hasOutput && out.output === 0 && OUTPUT_FIGURES.every((name) => !isGiven(metadata, name))) {
    return ABSENT;
  }
  const input = prompt - cacheRead + toolUse;
  return { state: 'valid', usage: { input, cacheRead, cacheWrite5m: 0, cacheWrite1h: 0, ...out } };
}

/** The output side, checked against the total where one is given; null = not to be believed. */
function readOutput(metadata: Json, input: number): Pick<Usage, 'output' | 'reasoning'> | null {
  const candidates = optionalTokens(metadata['candidatesTokenCount']);
  const thoughts = optionalTokens(metadata['thoughtsTokenCount']);
  const total = optionalTokens(metadata['totalTokenCount']);
  if (candidates === null || thoughts === null || total === null) return null;
  const sum = candidates + thoughts;
  const rest = total - input;
  if (rest === sum || !isGiven(metadata, 'totalTokenCount')) {
    return { output: sum, reasoning: thoughts };
  }
  // Thoughts counted among the candidates, as Vertex AI did.
  if (rest === candidates && thoughts <= candidates) {
    return { output: candidates, reasoning: thoughts };
  }
  // A figure that is left out and told by the total alone.
  const isBothGiven = OUTPUT_FIGURES.every((name) => isGiven(metadata, name));
  if (rest < sum || isBothGiven) return null;
  const isThoughtsLeftOut = isGiven(metadata, 'candidatesTokenCount');
  return { output: rest, reasoning: isThoughtsLeftOut ? rest - candidates : thoughts };
}

function isGiven(metadata: Json, name: string): boolean {
  return metadata[name] !== undefined && metadata[name] !== null;
}

/** A usage in Gemini's words; zeros of the optional figures are left out, as Gemini does. */
export function geminiUsage(usage: Usage): Record<string, number> {
  const prompt = promptTokens(usage);
  return {
    promptTokenCount: prompt,
    ...(usage.cacheRead === 0 ? {} : { cachedContentTokenCount: usage.cacheRead }),
    candidatesTokenCount: usage.output - usage.reasoning,
    ...(usage.reasoning === 0 ? {} : { thoughtsTokenCount: usage.reasoning }),
    totalTokenCount: prompt + usage.output,
  };
}
