import type { AnswerEvent } from '../conversation/answer-event.js';

type Piece = Extract<AnswerEvent, { readonly type: 'text' | 'thinking' | 'refusal' }>;
type Arguments = Extract<AnswerEvent, { readonly type: 'tool_arguments' }>;

/** Remembers the events of an answer, pieces of one text as one, so that it can be written once more. */
export class EventLog {
  /** Events, and the pieces of text that belong to each. */
  readonly #kept: { readonly event: AnswerEvent; readonly pieces: string[] }[] = [];
  #newest: AnswerEvent[] = [];

  add(event: AnswerEvent): void {
    this.#newest.push(event);
  }

  /** What was added so far is not taken back any more. */
  keep(): void {
    for (const event of this.#newest) {
      const last = this.#kept.at(-1);
      const isPiece = isText(event) && last !== undefined && isSameText(last.event, event);
      if (isPiece) last.pieces.push(event.text);
      else this.#kept.push({ event, pieces: isText(event) ? [event.text] : [] });
    }
    this.#newest = [];
  }

  /** The events up to the last `keep`, in order. */
  kept(): readonly AnswerEvent[] {
    return this.#kept.map(({ event, pieces }) =>
      isText(event) ? { ...event, text: pieces.join('') } : event,
    );
  }
}

function isText(event: AnswerEvent): event is Piece | Arguments {
  switch (event.type) {
    case 'text':
    case 'thinking':
    case 'refusal':
    case 'tool_arguments':
      return true;
    case 'start':
    case 'thinking_signature':
    case 'redacted_thinking':
    case 'tool_call':
    case 'finish':
    case 'usage':
    case 'error':
      return false;
  }
}

function isSameText(last: AnswerEvent, event: Piece | Arguments): boolean {
  if (last.type !== event.type || last.choice !== event.choice) return false;
  return (
    last.type !== 'tool_arguments' ||
    (event.type === 'tool_arguments' && last.index === event.index)
  );
}
