import type { Usage } from '@weir/domain';
import type { AnswerEvent, FinishReason } from './answer-event.js';
import type { Part, ToolCallPart } from './conversation.js';

/** A whole answer, put together from its events. */
export interface CollectedAnswer {
  readonly id: string | null;
  readonly model: string | null;
  readonly usage: Usage | null;
  /** In the order of their index. */
  readonly choices: readonly CollectedChoice[];
}

/** What answers are made of. */
export type AnswerPart = Extract<
  Part,
  { readonly type: 'text' | 'refusal' | 'thinking' | 'tool_call' }
>;

/** One choice: what an assistant's turn is made of, and why it ended. */
export interface CollectedChoice {
  readonly index: number;
  readonly parts: readonly AnswerPart[];
  readonly finishReason: FinishReason;
  readonly stopSequence: string | null;
}

/** Puts an answer's events together: pieces of one block become one part. At least one choice. */
export function collectAnswer(events: readonly AnswerEvent[]): CollectedAnswer {
  let id: string | null = null;
  let model: string | null = null;
  let usage: Usage | null = null;
  const choices = new Map<number, ChoiceCollector>();
  const choiceAt = (index: number): ChoiceCollector => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const begun = new ChoiceCollector(index);
    choices.set(index, begun);
    return begun;
  };
  for (const event of events) {
    if (event.type === 'start') ({ id, model } = event);
    else if (event.type === 'usage') ({ usage } = event);
    else if (event.type !== 'error') choiceAt(event.choice).add(event);
  }
  if (choices.size === 0) choiceAt(0);
  const sorted = [...choices.values()].sort((a, b) => a.index - b.index);
  return { id, model, usage, choices: sorted.map((choice) => choice.collected()) };
}

type ChoiceEvent = Extract<AnswerEvent, { readonly choice: number }>;

class ChoiceCollector {
  readonly index: number;
  readonly #parts: AnswerPart[] = [];
  /** Where in the parts each tool call stands. */
  readonly #calls = new Map<number, number>();
  #finishReason: FinishReason = 'stop';
  #stopSequence: string | null = null;

  constructor(index: number) {
    this.index = index;
  }

  add(event: ChoiceEvent): void {
    switch (event.type) {
      case 'text':
      case 'refusal':
        this.#addText(event.type, event.text);
        return;
      case 'thinking':
        this.#addThinking(event.text, null);
        return;
      case 'thinking_signature':
        this.#addThinking('', event.signature);
        return;
      case 'redacted_thinking':
        this.#parts.push({ type: 'thinking', text: '', signature: null, redactedData: event.data });
        return;
      case 'tool_call':
        this.#calls.set(event.index, this.#parts.length);
        this.#parts.push({
          type: 'tool_call',
          id: event.id,
          name: event.name,
          argumentsText: '',
          ...(event.signature === undefined ? {} : { signature: event.signature }),
        });
        return;
      case 'tool_arguments':
        this.#addArguments(event.index, event.text);
        return;
      case 'finish':
        this.#finishReason = event.reason;
        this.#stopSequence = event.stopSequence;
    }
  }

  collected(): CollectedChoice {
    return {
      index: this.index,
      parts: this.#parts,
      finishReason: this.#finishReason,
      stopSequence: this.#stopSequence,
    };
  }

  #addText(type: 'text' | 'refusal', text: string): void {
    const last = this.#parts.at(-1);
    if (last?.type === type) this.#parts[this.#parts.length - 1] = { type, text: last.text + text };
    else if (text !== '') this.#parts.push({ type, text });
  }

  /** A signature closes its thinking: what comes after it is another one. */
  #addThinking(text: string, signature: string | null): void {
    const last = this.#parts.at(-1);
    const isOpen =
      last?.type === 'thinking' && last.signature === null && last.redactedData === undefined;
    if (isOpen) {
      this.#parts[this.#parts.length - 1] = { ...last, text: last.text + text, signature };
    } else {
      this.#parts.push({ type: 'thinking', text, signature });
    }
  }

  #addArguments(index: number, text: string): void {
    const at = this.#calls.get(index);
    if (at === undefined) return;
    const call = this.#parts[at];
    if (call?.type === 'tool_call') {
      this.#parts[at] = { ...call, argumentsText: call.argumentsText + text };
    }
  }
}

/** The tool calls among parts, in order. */
export function toolCallsOf(parts: readonly Part[]): readonly ToolCallPart[] {
  return parts.filter((part) => part.type === 'tool_call');
}

/** The words among parts, joined. */
export function textOf(parts: readonly Part[], type: 'text' | 'refusal' = 'text'): string {
  let text = '';
  for (const part of parts) if (part.type === type) text += part.text;
  return text;
}
