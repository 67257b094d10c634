import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerReader } from '../conversation/sides.js';
import { parseJson } from '../text/parse-json.js';
import { ChatChoiceReader } from './chat-choice-reader.js';
import { readProviderError } from './provider-error.js';
import { asRecord, readChatUsage } from './usage.js';
import type { UsageBounds } from './usage.js';

const DONE = '[DONE]';

/** Reads chat chunks, or a whole answer, as neutral events. */
export class ChatAnswerReader implements AnswerReader {
  isDone = false;
  usage: Usage | null = null;

  readonly #bounds: UsageBounds;
  readonly #choices = new Map<number, ChatChoiceReader>();
  #hasStarted = false;
  #sawInvalidUsage = false;

  constructor(bounds: UsageBounds) {
    this.#bounds = bounds;
  }

  get isUsageInvalid(): boolean {
    return this.#sawInvalidUsage && this.usage === null;
  }

  read(data: string): readonly AnswerEvent[] {
    if (data.trim() === DONE) {
      this.isDone = true;
      return [];
    }
    return this.#read(parseJson(data));
  }

  /** An answer that was not streamed: its messages are deltas that say everything at once. */
  readWhole(parsed: unknown): readonly AnswerEvent[] {
    return this.#read(parsed);
  }

  #read(parsed: unknown): readonly AnswerEvent[] {
    const chunk = asRecord(parsed);
    if (chunk === null) return [];
    const error = readProviderError(chunk['error']);
    if (error !== null) return [{ type: 'error', error }];
    const events: AnswerEvent[] = [];
    this.#start(chunk, events);
    const choices = chunk['choices'];
    if (Array.isArray(choices)) {
      choices.forEach((choice, at) => {
        this.#choice(asRecord(choice) ?? {}, at, events);
      });
    }
    const given = chunk['usage'] ?? asRecord(chunk['x_groq'])?.['usage'];
    const reading = readChatUsage(given, this.#bounds);
    if (reading.state === 'invalid') this.#sawInvalidUsage = true;
    if (reading.state !== 'valid') return events;
    this.usage = reading.usage;
    events.push({ type: 'usage', usage: reading.usage });
    return events;
  }

  /** Azure opens with a chunk of filter results that names no model: wait for one that does, or that says something. */
  #start(chunk: Readonly<Record<string, unknown>>, events: AnswerEvent[]): void {
    if (this.#hasStarted) return;
    const { id, model, choices } = {
      id: chunk['id'],
      model: chunk['model'],
      choices: chunk['choices'],
    };
    const isNamed = typeof model === 'string' && model !== '';
    const saysSomething = Array.isArray(choices) && choices.length > 0;
    if (!isNamed && !saysSomething) return;
    this.#hasStarted = true;
    events.push({
      type: 'start',
      id: typeof id === 'string' && id !== '' ? id : null,
      model: isNamed ? model : null,
    });
  }

  #choice(choice: Readonly<Record<string, unknown>>, at: number, events: AnswerEvent[]): void {
    const given = choice['index'];
    const index = typeof given === 'number' ? given : at;
    let reader = this.#choices.get(index);
    if (reader === undefined) {
      reader = new ChatChoiceReader(index);
      this.#choices.set(index, reader);
    }
    reader.read(choice, events);
  }
}
