import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerHead, AnswerWriter } from '../conversation/sides.js';
import { anthropicError } from '../errors/anthropic-error.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { joinBytes } from '../text/join-bytes.js';
import { sealCallSignature } from './call-signature.js';
import { stopReasonOf } from './stop-reasons.js';
import {
  blockStopFrame,
  eventFrame,
  MESSAGE_STOP_FRAME,
  messageDeltaFrame,
  messageStartFrame,
} from './stream-frames.js';

type Delta = Readonly<Record<string, unknown>> & { readonly type: string };
type FinishEvent = Extract<AnswerEvent, { readonly type: 'finish' }>;

/** What kind of content block is open. Tool calls may come interleaved, so all of them stay open together. */
type BlockKind = 'text' | 'thinking' | 'tools';

/**
 * Writes an answer as Anthropic streams it: `message_start`, content blocks that are numbered in order, each begun and
 * ended, and `message_delta` with the stop reason and the figures before `message_stop`. Of several answers only the
 * first is written: this dialect knows no more.
 */
export class MessageWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  #usage: Usage | null = null;
  #nextIndex = 0;
  #open: BlockKind | null = null;
  /** Indices of the blocks that are open. */
  #openIndices: number[] = [];
  /** Content block of each tool call, by the call's own index. */
  readonly #toolBlocks = new Map<number, number>();
  #refuses = false;
  #finish: FinishEvent | null = null;
  #out: Uint8Array[] = [];

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  write(event: AnswerEvent): Uint8Array {
    if (!('choice' in event) || event.choice === 0) this.#write(event);
    return this.#taken();
  }

  end(): Uint8Array {
    this.#closeBlocks();
    const finish = this.#finish;
    const end = {
      stopReason: stopReasonOf({
        reason: finish?.reason ?? 'stop',
        stopSequence: finish?.stopSequence ?? null,
        callsTools: this.#toolBlocks.size > 0,
        refuses: this.#refuses,
      }),
      stopSequence: finish?.stopSequence ?? null,
    };
    this.#out.push(messageDeltaFrame(end, this.#usage, 0), MESSAGE_STOP_FRAME);
    return this.#taken();
  }

  fail(error: ErrorFacts): Uint8Array {
    return eventFrame({ ...anthropicError(error) });
  }

  #write(event: AnswerEvent): void {
    switch (event.type) {
      case 'start': {
        const { answerId: id, requestedModel } = this.#head;
        const model = event.model ?? requestedModel;
        this.#out.push(messageStartFrame({ id, model, usage: null }));
        return;
      }
      case 'text':
      case 'refusal':
        this.#refuses ||= event.type === 'refusal';
        this.#piece('text', { type: 'text_delta', text: event.text }, event.text);
        return;
      case 'thinking':
        this.#piece('thinking', { type: 'thinking_delta', thinking: event.text }, event.text);
        return;
      case 'thinking_signature':
        this.#piece(
          'thinking',
          { type: 'signature_delta', signature: event.signature },
          event.signature,
        );
        this.#closeBlocks();
        return;
      case 'redacted_thinking':
        this.#redacted(event.data);
        return;
      case 'tool_call':
        this.#toolCall(event);
        return;
      case 'tool_arguments':
        this.#toolArguments(event.index, event.text);
        return;
      case 'finish':
        this.#finish = event;
        this.#closeBlocks();
        return;
      case 'usage':
        this.#usage = event.usage;
        return;
      case 'error':
        return;
    }
  }

  /** A piece of a text or a thought; begins its block where none is open. */
  #piece(kind: 'text' | 'thinking', delta: Delta, content: string): void {
    if (content === '') return;
    if (this.#open !== kind) {
      this.#closeBlocks();
      const block =
        kind === 'text'
          ? { type: 'text', text: '' }
          : { type: 'thinking', thinking: '', signature: '' };
      this.#begin(kind, block);
    }
    this.#delta(this.#nextIndex - 1, delta);
  }

  #redacted(data: string): void {
    this.#closeBlocks();
    this.#begin('thinking', { type: 'redacted_thinking', data });
    this.#closeBlocks();
  }

  #toolCall(event: Extract<AnswerEvent, { readonly type: 'tool_call' }>): void {
    const { index, name, signature } = event;
    const id = event.id === '' ? `toolu_${this.#head.answerId}_${String(index)}` : event.id;
    if (signature !== undefined) this.#redacted(sealCallSignature({ callId: id, signature }));
    if (this.#open !== 'tools') this.#closeBlocks();
    this.#toolBlocks.set(index, this.#nextIndex);
    this.#begin('tools', { type: 'tool_use', id, name, input: {} });
  }

  #toolArguments(toolIndex: number, text: string): void {
    const index = this.#toolBlocks.get(toolIndex);
    if (index === undefined || text === '') return;
    this.#delta(index, { type: 'input_json_delta', partial_json: text });
  }

  #begin(kind: BlockKind, block: Delta): void {
    const index = this.#nextIndex++;
    this.#open = kind;
    this.#openIndices.push(index);
    this.#out.push(eventFrame({ type: 'content_block_start', index, content_block: block }));
  }

  #delta(index: number, delta: Delta): void {
    this.#out.push(eventFrame({ type: 'content_block_delta', index, delta }));
  }

  #closeBlocks(): void {
    for (const index of this.#openIndices) this.#out.push(blockStopFrame(index));
    this.#openIndices = [];
    this.#open = null;
  }

  #taken(): Uint8Array {
    const out = this.#out;
    this.#out = [];
    return joinBytes(out);
  }
}
