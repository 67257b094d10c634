import type { Usage } from '@weir/domain';
import type { AnswerEvent } from '../conversation/answer-event.js';
import type { AnswerHead, AnswerWriter } from '../conversation/sides.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { openAiError } from '../errors/openai-error.js';
import { chatFinishReason } from '../openai/chat-words.js';
import { DONE_FRAME, openAiUsage } from '../openai/stream-frames.js';
import { joinBytes } from '../text/join-bytes.js';
import { completionFrame, completionObject } from './completion-frames.js';

const NOTHING = new Uint8Array(0);

/** Writes an answer as the chunks of a streamed completion: its words, and nothing of its thoughts. */
export class CompletionsWriter implements AnswerWriter {
  readonly #head: AnswerHead;
  #model: string | null = null;
  #usage: Usage | null = null;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  write(event: AnswerEvent): Uint8Array {
    switch (event.type) {
      case 'start':
        this.#model = event.model;
        return NOTHING;
      case 'usage':
        this.#usage = event.usage;
        return NOTHING;
      case 'text':
      case 'refusal':
        return this.#chunk(event.choice, event.text, null);
      case 'finish':
        return this.#chunk(event.choice, '', chatFinishReason(event.reason, false));
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
      case 'tool_call':
      case 'tool_arguments':
      case 'error':
        return NOTHING;
    }
  }

  end(): Uint8Array {
    if (this.#usage === null || !this.#head.includeUsage) return DONE_FRAME;
    const usage = openAiUsage(this.#usage);
    const last = { ...completionObject(this.#head, this.#model, []), usage };
    return joinBytes([completionFrame(last), DONE_FRAME]);
  }

  fail(error: ErrorFacts): Uint8Array {
    const choices = [{ text: '', index: 0, logprobs: null, finish_reason: 'error' }];
    const failed = completionObject(this.#head, this.#model, choices);
    return completionFrame({ ...failed, ...openAiError(error) });
  }

  #chunk(index: number, text: string, finishReason: string | null): Uint8Array {
    const choice = { text, index, logprobs: null, finish_reason: finishReason };
    return completionFrame(completionObject(this.#head, this.#model, [choice]));
  }
}
