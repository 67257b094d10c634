import { callSignature } from '../openai/chat-words.js';

/** Where an item stands and how its events leave. */
export interface ItemPlace {
  readonly id: string;
  /** Its `output_index`. */
  readonly index: number;
  readonly emit: (type: string, members: object) => void;
}

type PartType = 'output_text' | 'refusal';

const statusOf = (isIncomplete: boolean): string => (isIncomplete ? 'incomplete' : 'completed');

function added({ emit, index }: ItemPlace, item: object): void {
  emit('response.output_item.added', { output_index: index, item });
}

function done({ emit, index }: ItemPlace, item: object): object {
  emit('response.output_item.done', { output_index: index, item });
  return item;
}

/** A message that is being said: parts of text or refusal, one after the other. */
export class MessageItem {
  readonly at: ItemPlace;
  readonly #content: object[] = [];
  #part: PartType | null = null;
  #text = '';

  constructor(at: ItemPlace) {
    this.at = at;
    added(at, this.#item('in_progress'));
  }

  add(type: PartType, text: string): void {
    if (this.#part !== type) {
      this.#closePart();
      this.#part = type;
      this.at.emit('response.content_part.added', { ...this.#place(), part: partOf(type, '') });
    }
    this.#text += text;
    const logprobs = type === 'output_text' ? { logprobs: [] } : {};
    this.at.emit(`response.${type}.delta`, { ...this.#place(), delta: text, ...logprobs });
  }

  close(isIncomplete: boolean): object {
    this.#closePart();
    return done(this.at, this.#item(statusOf(isIncomplete)));
  }

  #closePart(): void {
    const type = this.#part;
    if (type === null) return;
    const text = this.#text;
    const said = type === 'output_text' ? { text, logprobs: [] } : { refusal: text };
    this.at.emit(`response.${type}.done`, { ...this.#place(), ...said });
    const part = partOf(type, text);
    this.at.emit('response.content_part.done', { ...this.#place(), part });
    this.#content.push(part);
    this.#part = null;
    this.#text = '';
  }

  #place(): object {
    const { id, index } = this.at;
    return { item_id: id, output_index: index, content_index: this.#content.length };
  }

  #item(status: string): object {
    const { id } = this.at;
    return { id, type: 'message', status, role: 'assistant', content: [...this.#content] };
  }
}

function partOf(type: PartType, text: string): object {
  if (type === 'refusal') return { type, refusal: text };
  return { type, text, annotations: [], logprobs: [] };
}

/** A thought that is being shown, as a summary of one part. */
export class ReasoningItem {
  readonly at: ItemPlace;
  encrypted: string | null = null;
  #text = '';
  #hasPart = false;

  constructor(at: ItemPlace) {
    this.at = at;
    added(at, this.#item('in_progress'));
  }

  add(text: string): void {
    if (!this.#hasPart) {
      this.#hasPart = true;
      const part = { type: 'summary_text', text: '' };
      this.at.emit('response.reasoning_summary_part.added', { ...this.#place(), part });
    }
    this.#text += text;
    this.at.emit('response.reasoning_summary_text.delta', { ...this.#place(), delta: text });
  }

  close(isIncomplete: boolean): object {
    if (this.#hasPart) {
      const text = this.#text;
      const part = { type: 'summary_text', text };
      this.at.emit('response.reasoning_summary_text.done', { ...this.#place(), text });
      this.at.emit('response.reasoning_summary_part.done', { ...this.#place(), part });
    }
    return done(this.at, this.#item(statusOf(isIncomplete)));
  }

  #place(): object {
    return { item_id: this.at.id, output_index: this.at.index, summary_index: 0 };
  }

  #item(status: string): object {
    return {
      id: this.at.id,
      type: 'reasoning',
      status,
      summary: this.#text === '' ? [] : [{ type: 'summary_text', text: this.#text }],
      ...(this.encrypted === null ? {} : { encrypted_content: this.encrypted }),
    };
  }
}

/** A function call whose arguments are being written. */
export class CallItem {
  readonly at: ItemPlace;
  readonly #call: { readonly id: string; readonly name: string; readonly signature?: string };
  #text = '';

  constructor(
    at: ItemPlace,
    call: { readonly id: string; readonly name: string; readonly signature?: string },
  ) {
    this.at = at;
    this.#call = call;
    added(at, this.#item('in_progress'));
  }

  add(text: string): void {
    this.#text += text;
    this.at.emit('response.function_call_arguments.delta', { ...this.#place(), delta: text });
  }

  close(isIncomplete: boolean): object {
    const { name } = this.#call;
    const given = { ...this.#place(), name, arguments: this.#text };
    this.at.emit('response.function_call_arguments.done', given);
    return done(this.at, this.#item(statusOf(isIncomplete)));
  }

  #place(): object {
    return { item_id: this.at.id, output_index: this.at.index };
  }

  #item(status: string): object {
    const { id, name, signature } = this.#call;
    return {
      id: this.at.id,
      type: 'function_call',
      status,
      call_id: id,
      name,
      arguments: this.#text,
      ...callSignature(signature),
    };
  }
}
