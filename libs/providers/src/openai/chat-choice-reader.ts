import type { AnswerEvent, FinishReason } from '../conversation/answer-event.js';
import { sealReasoning } from './sealed-reasoning.js';
import { asRecord } from './usage.js';

type Json = Readonly<Record<string, unknown>>;

interface CallState {
  readonly index: number;
  id: string | null;
  name: string;
  isOpen: boolean;
  /** Argument pieces that came before the name. */
  waiting: string;
}

/** Reads one choice of a chat answer: deltas in a stream, or its whole message. */
export class ChatChoiceReader {
  readonly #choice: number;
  /** Tool calls by the provider's index. */
  readonly #calls = new Map<number, CallState>();
  /** Whether plain words of thinking came that nothing has closed. */
  #isThinking = false;
  #hasFinished = false;

  constructor(choice: number) {
    this.#choice = choice;
  }

  /** Adds the events of one delta (or message) and its finish reason. */
  read(choice: Json, events: AnswerEvent[]): void {
    const delta = asRecord(choice['delta']) ?? asRecord(choice['message']);
    if (delta !== null) {
      this.#reasoning(delta, events);
      this.#content(delta['content'], events);
      this.#text('refusal', delta['refusal'], events);
      const calls = delta['tool_calls'];
      if (Array.isArray(calls)) calls.forEach((call, at) => this.#call(call, at, events));
      const legacy = asRecord(delta['function_call']);
      if (legacy !== null) this.#call({ index: 0, function: legacy }, 0, events);
    }
    const reason = choice['finish_reason'];
    if (typeof reason === 'string' && reason !== '') this.#finish(reason, events);
  }

  /** Words once, though some servers send them under two names; of the entries what the words do not say. */
  #reasoning(delta: Json, events: AnswerEvent[]): void {
    const choice = this.#choice;
    const words = delta['reasoning_content'] ?? delta['reasoning'];
    const hasWords = typeof words === 'string' && words !== '';
    if (hasWords) {
      this.#isThinking = true;
      events.push({ type: 'thinking', choice, text: words });
    }
    const details = delta['reasoning_details'];
    if (!Array.isArray(details)) return;
    for (const value of details) {
      const detail = asRecord(value);
      if (detail !== null) this.#detail(detail, hasWords, events);
    }
  }

  #detail(detail: Json, hasWords: boolean, events: AnswerEvent[]): void {
    const choice = this.#choice;
    const { text, summary, index: _index, ...rest } = detail;
    if (typeof detail['data'] === 'string') {
      this.#isThinking = false;
      events.push({
        type: 'redacted_thinking',
        choice,
        data: sealReasoning({ kind: 'detail', detail: rest }),
      });
      return;
    }
    const words = text ?? summary;
    if (!hasWords && typeof words === 'string' && words !== '') {
      this.#isThinking = true;
      events.push({ type: 'thinking', choice, text: words });
    }
    if (typeof detail['signature'] !== 'string' || detail['signature'] === '') return;
    this.#isThinking = false;
    const signature = sealReasoning({ kind: 'detail', detail: rest });
    events.push({ type: 'thinking_signature', choice, signature });
  }

  /** What the provider gave without a signature gets ours, so that its words can come back to it. */
  #closeThinking(events: AnswerEvent[]): void {
    if (!this.#isThinking) return;
    this.#isThinking = false;
    const signature = sealReasoning({ kind: 'content' });
    events.push({ type: 'thinking_signature', choice: this.#choice, signature });
  }

  /** Text, or typed parts as Mistral sends them. */
  #content(content: unknown, events: AnswerEvent[]): void {
    if (!Array.isArray(content)) {
      this.#text('text', content, events);
      return;
    }
    for (const value of content) {
      const part = asRecord(value);
      if (part?.['type'] === 'thinking') this.#reasoning({ reasoning: wordsOf(part) }, events);
      else this.#text('text', part?.['text'], events);
    }
  }

  #text(type: 'text' | 'refusal', text: unknown, events: AnswerEvent[]): void {
    if (typeof text !== 'string' || text === '') return;
    this.#closeThinking(events);
    events.push({ type, choice: this.#choice, text });
  }

  #call(value: unknown, at: number, events: AnswerEvent[]): void {
    const call = asRecord(value);
    if (call === null) return;
    const state = this.#callAt(typeof call['index'] === 'number' ? call['index'] : at);
    const given = asRecord(call['function']);
    const { id } = call;
    const name = given?.['name'];
    const pieces = given?.['arguments'];
    if (typeof id === 'string' && id !== '') state.id ??= id;
    if (typeof name === 'string' && !state.isOpen) state.name += name;
    if (typeof pieces === 'string') state.waiting += pieces;
    if (!state.isOpen && state.name !== '') this.#open(state, call, events);
    if (state.isOpen && state.waiting !== '') {
      const { index, waiting } = state;
      events.push({ type: 'tool_arguments', choice: this.#choice, index, text: waiting });
      state.waiting = '';
    }
  }

  #open(state: CallState, call: Json, events: AnswerEvent[]): void {
    this.#closeThinking(events);
    state.isOpen = true;
    const choice = this.#choice;
    const { index, name } = state;
    const google = asRecord(asRecord(call['extra_content'])?.['google']);
    const signature = google?.['thought_signature'];
    events.push({
      type: 'tool_call',
      choice,
      index,
      id: state.id ?? `call_${choice}_${index}`,
      name,
      ...(typeof signature === 'string' ? { signature } : {}),
    });
  }

  #callAt(given: number): CallState {
    const known = this.#calls.get(given);
    if (known !== undefined) return known;
    const begun = { index: this.#calls.size, id: null, name: '', isOpen: false, waiting: '' };
    this.#calls.set(given, begun);
    return begun;
  }

  #finish(given: string, events: AnswerEvent[]): void {
    if (this.#hasFinished) return;
    this.#hasFinished = true;
    this.#closeThinking(events);
    const reason = finishReasonOf(given, this.#calls.size > 0);
    events.push({ type: 'finish', choice: this.#choice, reason, stopSequence: null });
  }
}

/** Some servers say `stop` where tools are to be called. */
function finishReasonOf(given: string, hasCalls: boolean): FinishReason {
  switch (given) {
    case 'length':
    case 'content_filter':
    case 'tool_calls':
      return given;
    case 'function_call':
      return 'tool_calls';
    default:
      return hasCalls ? 'tool_calls' : 'stop';
  }
}

/** Mistral: `{type: 'thinking', thinking: [{type: 'text', text}]}`, or a plain text. */
function wordsOf(part: Json): string {
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  let words = '';
  for (const one of thinking) {
    const text = asRecord(one)?.['text'];
    if (typeof text === 'string') words += text;
  }
  return words;
}
