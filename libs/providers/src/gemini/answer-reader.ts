import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerReader } from '../conversation/sides.js';
import { asRecord } from '../openai/usage.js';
import type { UsageBounds } from '../openai/usage.js';
import { parseJson } from '../text/parse-json.js';
import {
  argumentsOf,
  blockReasonOf,
  candidatesOf,
  nameOf,
  partsOf,
  readGeminiError,
  stringOf,
} from './answer-shape.js';
import { neutralFinishReason } from './finish-reasons.js';
import type { Json } from './members.js';
import { readGeminiUsage } from './usage.js';

/** Characters of a response's id in the ids of its calls: some providers take no id above 40. */
const RESPONSE_ID_CHARS_MAX = 28;

/** What was seen of one candidate. */
interface CandidateState {
  calls: number;
  isFinished: boolean;
}

/**
 * Reads a stream's chunks, or a whole answer, as neutral events. Gemini marks no end, so `isDone` stays false: the
 * stream is whole when the upstream ends and every candidate has finished.
 */
export class GeminiAnswerReader implements AnswerReader {
  readonly isDone = false;
  usage: Usage | null = null;

  readonly #bounds: UsageBounds;
  readonly #candidates = new Map<number, CandidateState>();
  #responseId: string | null = null;
  #hasStarted = false;
  #hasOutput = false;
  #sawInvalidUsage = false;

  constructor(bounds: UsageBounds) {
    this.#bounds = bounds;
  }

  get isUsageInvalid(): boolean {
    return this.#sawInvalidUsage && this.usage === null;
  }

  read(data: string): readonly AnswerEvent[] {
    return this.readParsed(parseJson(data));
  }

  /** One chunk, or a whole answer: they are the same message. */
  readParsed(parsed: unknown): readonly AnswerEvent[] {
    const chunk = asRecord(parsed);
    if (chunk === null) return [];
    const error = readGeminiError(chunk['error']);
    if (error !== null) return [{ type: 'error', error }];
    const events: AnswerEvent[] = [];
    this.#start(chunk, events);
    candidatesOf(chunk).forEach((candidate, at) => {
      const given = candidate['index'];
      this.#candidate(candidate, typeof given === 'number' ? given : at, events);
    });
    // A refused prompt has no candidates: the choice it would have had ends at once.
    if (blockReasonOf(chunk) !== null) this.#finish(0, 'SAFETY', events);
    this.#usage(chunk['usageMetadata'], events);
    return events;
  }

  #start(chunk: Json, events: AnswerEvent[]): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    this.#responseId = nameOf(chunk['responseId']);
    events.push({ type: 'start', id: this.#responseId, model: nameOf(chunk['modelVersion']) });
  }

  #candidate(candidate: Json, choice: number, events: AnswerEvent[]): void {
    const before = events.length;
    for (const part of partsOf(candidate)) this.#part(part, choice, events);
    if (events.length > before) this.#hasOutput = true;
    const reason = stringOf(candidate['finishReason']);
    if (reason !== null) this.#finish(choice, reason, events);
  }

  /** Words, thoughts and calls. The signature of a thought is Gemini's own affair unless it stands on a call. */
  #part(part: Json, choice: number, events: AnswerEvent[]): void {
    const text = stringOf(part['text']);
    if (text !== null) {
      const type = part['thought'] === true ? 'thinking' : 'text';
      if (text !== '') events.push({ type, choice, text });
      return;
    }
    const call = asRecord(part['functionCall']);
    if (call === null) return;
    const name = stringOf(call['name']) ?? '';
    const state = this.#stateOf(choice);
    const index = state.calls++;
    const signature = stringOf(part['thoughtSignature']);
    events.push({
      type: 'tool_call',
      choice,
      index,
      id: nameOf(call['id']) ?? this.#callId(choice, index, name),
      name,
      ...(signature === null ? {} : { signature }),
    });
    events.push({ type: 'tool_arguments', choice, index, text: argumentsOf(call) });
  }

  /** Unlike any other in the conversation, for clients send it back: the response's id is in it, or the name. */
  #callId(choice: number, index: number, name: string): string {
    const stem = (this.#responseId ?? name).replace(/[^\w-]/g, '');
    return `call_${stem.slice(0, RESPONSE_ID_CHARS_MAX)}_${choice}_${index}`;
  }

  #finish(choice: number, reason: string, events: AnswerEvent[]): void {
    const state = this.#stateOf(choice);
    // Some servers repeat the reason with every chunk.
    if (state.isFinished) return;
    state.isFinished = true;
    const neutral = neutralFinishReason(reason, state.calls > 0);
    events.push({ type: 'finish', choice, reason: neutral, stopSequence: null });
  }

  #usage(value: unknown, events: AnswerEvent[]): void {
    const reading = readGeminiUsage(value, this.#bounds, this.#hasOutput);
    if (reading.state === 'invalid') this.#sawInvalidUsage = true;
    if (reading.state !== 'valid') return;
    this.usage = reading.usage;
    events.push({ type: 'usage', usage: reading.usage });
  }

  #stateOf(choice: number): CandidateState {
    const known = this.#candidates.get(choice);
    if (known !== undefined) return known;
    const begun = { calls: 0, isFinished: false };
    this.#candidates.set(choice, begun);
    return begun;
  }
}
