import type { Faults } from '../faults/faults.js';
import type { SimulatedModel } from '../simulation/models.js';
import { pieces } from '../simulation/passages.js';
import { between, hash32, latencyMs, seeded } from '../simulation/random.js';
import { countPrompt, promptText } from './chat-request.js';
import type { ChatRequest } from './chat-request.js';

/** Everything decided about an answer before its first byte. */
export interface AnswerPlan {
  readonly model: SimulatedModel;
  readonly promptTokens: number;
  /** The part of the prompt found in the simulated cache. */
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
  /** Visible tokens of each choice. */
  readonly pieces: readonly (readonly string[])[];
  readonly finishReason: 'stop' | 'length';
  readonly firstTokenMs: number;
  readonly tokenMs: number;
}

const EXACT_DEFAULT_TOKENS = 16;
/** OpenAI caches prompts from 1,024 tokens on, in steps of 128. */
const CACHE_PROMPT_TOKENS_MIN = 1_024;
const CACHE_STEP_TOKENS = 128;
const CACHED_PREFIXES_MAX = 1_000;
const PREFIX_CHARS = 4_096;
const seenPrefixes = new Set<number>();

/** Plans the answer to a chat request. */
export async function planAnswer(
  request: ChatRequest,
  model: SimulatedModel,
  faults: Faults,
): Promise<AnswerPlan> {
  const prompt = promptText(request);
  const random = seeded(faults.seed ?? Math.floor(Math.random() * 0xffffffff));
  const promptTokens = await countPrompt(request);
  const limit = Math.min(request.maxTokens ?? model.outputTokensMax, model.outputTokensMax);

  const wantedReasoning = between(random, ...model.reasoningTokens);
  // A model that thinks stops thinking early rather than leave nothing for the answer.
  const reasoningTokens = Math.min(wantedReasoning, Math.floor(limit * 0.8));
  const room = limit - reasoningTokens;
  const wanted = model.fillsMaxTokens
    ? (request.maxTokens ?? EXACT_DEFAULT_TOKENS)
    : (faults.chunks ?? between(random, ...model.answerTokens));
  const visible = Math.min(wanted, room);
  const answers = Array.from({ length: request.choices }, () =>
    pieces(Math.floor(random() * 1_000), visible),
  );
  return {
    model,
    promptTokens,
    cachedTokens: cachedPart(prompt, promptTokens),
    reasoningTokens,
    pieces: answers,
    finishReason: wanted > room || model.fillsMaxTokens ? 'length' : 'stop',
    firstTokenMs: faults.delayMs ?? latencyMs(random, model.firstTokenMs),
    tokenMs:
      faults.chunkDelayMs ?? (model.tokensPerSecond === 0 ? 0 : 1_000 / model.tokensPerSecond),
  };
}

/** A prompt whose beginning was seen before is partly read from the simulated cache. */
function cachedPart(prompt: string, promptTokens: number): number {
  if (promptTokens < CACHE_PROMPT_TOKENS_MIN) return 0;
  const prefix = hash32(prompt.slice(0, PREFIX_CHARS));
  if (!seenPrefixes.has(prefix)) {
    if (seenPrefixes.size >= CACHED_PREFIXES_MAX) seenPrefixes.clear();
    seenPrefixes.add(prefix);
    return 0;
  }
  return Math.floor((promptTokens - 1) / CACHE_STEP_TOKENS) * CACHE_STEP_TOKENS;
}
