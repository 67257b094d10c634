import type { Faults } from '../faults/faults.js';
import type { SimulatedModel } from './models.js';
import { pieces } from './passages.js';
import { between, latencyMs, seeded } from './random.js';
import type { Random } from './random.js';
import { valueFor } from './schema-value.js';
import { tokenPieces } from './token-counter.js';
import { planCalls } from './tool-use.js';
import type { PlannedCall, ToolSituation } from './tool-use.js';

/** What a request of any dialect asks of a simulated model. */
export interface AnswerRequest {
  readonly model: SimulatedModel;
  /** Bound of output tokens; null = none. */
  readonly maxTokens: number | null;
  readonly choices: number;
  readonly stops: readonly string[];
  readonly tools: ToolSituation | null;
  /** Whether a few words come before a tool call, as Anthropic's models do. */
  readonly hasPreface: boolean;
  /** Schema of the JSON the answer shall be; null = prose. */
  readonly jsonSchema: unknown;
  /** Tokens of reasoning before the answer, both ends inclusive. */
  readonly reasoningTokens: readonly [number, number];
}

/** Why an answer ends; each dialect has its own word. */
export type Ending = 'stop' | 'length' | 'stop_sequence' | 'tool_calls' | 'refusal' | 'filter';

/** One choice of an answer. */
export interface PlannedChoice {
  /** Visible text, a token each. */
  readonly text: readonly string[];
  readonly calls: readonly PlannedCall[];
  readonly ending: Ending;
  readonly stopSequence: string | null;
}

/** Everything decided about an answer before its first byte. */
export interface AnswerPlan {
  readonly model: SimulatedModel;
  /** Reasoning before the answer, a token each. */
  readonly reasoning: readonly string[];
  readonly choices: readonly PlannedChoice[];
  readonly firstTokenMs: number;
  readonly tokenMs: number;
}

const EXACT_DEFAULT_TOKENS = 16;
/** What a model thinks begins at another passage than what it says. */
const REASONING_PASSAGE = 5;
const PREFACE = ['I', ' will', ' look', ' at', ' the', ' water', '.'] as const;
const REFUSAL = ['I', ' can', 'not', ' help', ' with', ' that', '.'] as const;

/** Plans the answer to a request. */
export async function planAnswer(request: AnswerRequest, faults: Faults): Promise<AnswerPlan> {
  const { model } = request;
  const random = seeded(faults.seed ?? Math.floor(Math.random() * 0xffffffff));
  const limit = Math.min(request.maxTokens ?? model.outputTokensMax, model.outputTokensMax);
  const wantedReasoning = between(random, ...request.reasoningTokens);
  // A model that thinks stops thinking early rather than leave nothing for the answer.
  const reasoningTokens = Math.min(wantedReasoning, Math.floor(limit * 0.8));
  const room = limit - reasoningTokens;
  const choices: PlannedChoice[] = [];
  for (let i = 0; i < request.choices; i++) {
    choices.push(await planChoice({ request, faults, random, room }));
  }
  return {
    model,
    reasoning: pieces(REASONING_PASSAGE, reasoningTokens),
    choices,
    firstTokenMs: faults.delayMs ?? latencyMs(random, model.firstTokenMs),
    tokenMs:
      faults.chunkDelayMs ?? (model.tokensPerSecond === 0 ? 0 : 1_000 / model.tokensPerSecond),
  };
}

interface ChoiceInput {
  readonly request: AnswerRequest;
  readonly faults: Faults;
  readonly random: Random;
  readonly room: number;
}

async function planChoice({ request, faults, random, room }: ChoiceInput): Promise<PlannedChoice> {
  if (faults.finish === 'filter') return plain([], 'filter');
  if (faults.finish === 'refusal') return plain(REFUSAL.slice(0, room), 'refusal');
  const calls = request.tools === null ? [] : await planCalls(request.tools);
  if (calls.length > 0) return cutCalls(calls, request.hasPreface ? PREFACE : [], room);
  if (request.jsonSchema !== null) {
    const value = valueFor(request.jsonSchema, () => pieces(Math.floor(random() * 99), 3).join(''));
    const whole = await tokenPieces(JSON.stringify(value ?? {}));
    return plain(whole.slice(0, room), whole.length > room ? 'length' : 'stop');
  }
  const { model } = request;
  const wanted = model.fillsMaxTokens
    ? (request.maxTokens ?? EXACT_DEFAULT_TOKENS)
    : (faults.chunks ?? between(random, ...model.answerTokens));
  const text = pieces(Math.floor(random() * 1_000), Math.min(wanted, room));
  const stopped = cutAtStop(text, request.stops);
  if (stopped !== null) return stopped;
  return plain(text, wanted > room || model.fillsMaxTokens ? 'length' : 'stop');
}

function plain(text: readonly string[], ending: Ending): PlannedChoice {
  return { text, calls: [], ending, stopSequence: null };
}

/** Calls as far as the bound lets them come: the last one may end in the middle of its arguments. */
function cutCalls(
  calls: readonly PlannedCall[],
  preface: readonly string[],
  room: number,
): PlannedChoice {
  const text = preface.slice(0, room);
  const kept: PlannedCall[] = [];
  let left = room - text.length;
  for (const call of calls) {
    left -= call.nameTokens;
    if (left < 0) break;
    kept.push({ ...call, pieces: call.pieces.slice(0, left) });
    left -= call.pieces.length;
    if (left < 0) break;
  }
  return { text, calls: kept, ending: left < 0 ? 'length' : 'tool_calls', stopSequence: null };
}

/** The text before the first stop sequence in it; null where there is none. */
function cutAtStop(text: readonly string[], stops: readonly string[]): PlannedChoice | null {
  if (stops.length === 0) return null;
  let said = '';
  for (const [i, piece] of text.entries()) {
    const before = said.length;
    said += piece;
    for (const stop of stops) {
      const at = said.indexOf(stop);
      if (stop === '' || at === -1) continue;
      const kept = text.slice(0, i);
      // A stop that begins inside this piece leaves the piece's beginning.
      if (at > before) kept.push(piece.slice(0, at - before));
      else while (kept.join('').length > at) kept.pop();
      return { text: kept, calls: [], ending: 'stop_sequence', stopSequence: stop };
    }
  }
  return null;
}
