import type { AnswerEvent } from '../conversation/answer-event.js';
import { encryptedContent } from './encrypted-content.js';
import { CallItem, MessageItem, ReasoningItem } from './open-items.js';

type Emit = (type: string, members: object) => void;
type ItemEvent = Exclude<
  Extract<AnswerEvent, { readonly choice: number }>,
  { readonly type: 'finish' }
>;

/** The output items of one response: at most one message or thought is open, and any number of tool calls. */
export class ResponseItems {
  readonly #answerId: string;
  readonly #emit: Emit;
  readonly #calls = new Map<number, CallItem>();
  #open: MessageItem | ReasoningItem | null = null;
  /** Items that are done, by their place; calls may end in another order than they began. */
  readonly #done: object[] = [];
  #count = 0;

  constructor(answerId: string, emit: Emit) {
    this.#answerId = answerId;
    this.#emit = emit;
  }

  /** The finished items in order. */
  done(): readonly object[] {
    return this.#done;
  }

  add(event: ItemEvent): void {
    switch (event.type) {
      case 'text':
        this.#message().add('output_text', event.text);
        return;
      case 'refusal':
        this.#message().add('refusal', event.text);
        return;
      case 'thinking':
        this.#reasoning().add(event.text);
        return;
      case 'thinking_signature':
        this.#reasoning().encrypted = encryptedContent({
          kind: 'signature',
          value: event.signature,
        });
        this.#closeOpen(false);
        return;
      case 'redacted_thinking':
        this.#closeOpen(false);
        this.#reasoning().encrypted = encryptedContent({ kind: 'redacted', value: event.data });
        this.#closeOpen(false);
        return;
      case 'tool_call':
        this.#closeOpen(false);
        this.#calls.set(event.index, new CallItem(this.#place('fc'), event));
        return;
      case 'tool_arguments':
        this.#calls.get(event.index)?.add(event.text);
    }
  }

  /** Closes what is open; `isIncomplete` where the answer was cut there. */
  close(isIncomplete: boolean): void {
    this.#closeOpen(isIncomplete);
    for (const call of this.#calls.values()) this.#done[call.at.index] = call.close(isIncomplete);
    this.#calls.clear();
  }

  #message(): MessageItem {
    if (this.#open instanceof MessageItem) return this.#open;
    this.#closeOpen(false);
    const message = new MessageItem(this.#place('msg'));
    this.#open = message;
    return message;
  }

  #reasoning(): ReasoningItem {
    if (this.#open instanceof ReasoningItem) return this.#open;
    this.#closeOpen(false);
    const reasoning = new ReasoningItem(this.#place('rs'));
    this.#open = reasoning;
    return reasoning;
  }

  #closeOpen(isIncomplete: boolean): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    this.#done[open.at.index] = open.close(isIncomplete);
  }

  #place(prefix: string): { readonly id: string; readonly index: number; readonly emit: Emit } {
    const index = this.#count++;
    return { id: `${prefix}_${this.#answerId}_${index}`, index, emit: this.#emit };
  }
}
