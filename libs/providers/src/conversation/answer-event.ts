import type { Usage } from '@weir/domain';
import type { ProviderError } from '../openai/provider-error.js';

/**
 * What an answer says, whatever dialect it came in. A stream is a sequence of these; an answer that was not streamed
 * is the same sequence at once. Order: `start`, then per choice its blocks in order, `finish` per choice, `usage`
 * last (it may come earlier and again: the last one counts). Blocks of one choice never overlap, but for tool calls,
 * which carry their own index.
 */
export type AnswerEvent =
  | { readonly type: 'start'; readonly id: string | null; readonly model: string | null }
  | { readonly type: 'text'; readonly choice: number; readonly text: string }
  | { readonly type: 'thinking'; readonly choice: number; readonly text: string }
  /** Closes the thinking before it. */
  | { readonly type: 'thinking_signature'; readonly choice: number; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly choice: number; readonly data: string }
  | { readonly type: 'refusal'; readonly choice: number; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly choice: number;
      /** 0, 1, … among the tool calls of this choice. */
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly signature?: string;
    }
  | {
      readonly type: 'tool_arguments';
      readonly choice: number;
      readonly index: number;
      /** A piece of the JSON text. */
      readonly text: string;
    }
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly reason: FinishReason;
      /** The stop sequence that ended it, where the provider tells. */
      readonly stopSequence: string | null;
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'error'; readonly error: ProviderError };

/** Why a choice ended. */
export type FinishReason =
  'stop' | 'length' | 'tool_calls' | 'content_filter' | 'refusal' | 'pause';
