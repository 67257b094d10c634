import type { Usage } from '@weir/domain';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { RequestProblem } from '../openai/read-request.js';
import type { UsageBounds } from '../openai/usage.js';
import type { AnswerEvent } from './answer-event.js';
import type { Conversation, ConversationResult } from './conversation.js';

/**
 * The two sides of a translation. A dialect that clients speak implements `ClientSide`, one that providers speak
 * `UpstreamSide`; `translated-pair.ts` joins any client with any upstream, and the file of the pair names what only
 * this pair must refuse, drop or change.
 */
export interface ClientSide {
  /** Understands a parsed request. */
  readRequest(parsed: unknown): ConversationResult;
  /** Writes one answer as this dialect streams it. */
  streamWriter(head: AnswerHead): AnswerWriter;
  /** Writes one answer that is not streamed. `events` holds no `error`: that becomes the dialect's error body. */
  writeAnswer(events: readonly AnswerEvent[], head: AnswerHead): object;
}

/** What an answer of ours says of itself. */
export interface AnswerHead {
  /** Used where the upstream gave no id, or one that does not fit the dialect. */
  readonly answerId: string;
  readonly nowS: number;
  /** The model the client asked for: named where the upstream names none. */
  readonly requestedModel: string;
  /** OpenAI chat only: whether the usage chunk is written. */
  readonly includeUsage: boolean;
  /** The parsed request, for dialects whose answers repeat parts of it (Responses). */
  readonly request: unknown;
}

/**
 * A state machine from neutral events to one dialect's stream. Bytes are whole events. `start` comes first; `error`
 * never comes (`fail` is called instead).
 */
export interface AnswerWriter {
  /** Bytes for one event, possibly none. */
  write(event: AnswerEvent): Uint8Array;
  /** Closes what is open and ends the stream, with the usage known so far. Once. */
  end(): Uint8Array;
  /** Ends the stream with an error. */
  fail(error: ErrorFacts): Uint8Array;
}

export interface UpstreamSide {
  /** Writes a conversation as this provider's request, a plain JSON value. */
  writeRequest(conversation: Conversation, choice: UpstreamWriteChoice): WrittenRequest;
  /** Reads a stream: a state machine from one event's JSON to neutral events. */
  streamReader(bounds: UsageBounds): AnswerReader;
  /** Reads a parsed answer that was not streamed. */
  readAnswer(parsed: unknown, bounds: UsageBounds): readonly AnswerEvent[];
}

/** What the gateway decided. */
export interface UpstreamWriteChoice {
  readonly upstreamModel: string;
  /** Bound of output tokens per choice to send; null = the conversation's own stands. */
  readonly maxTokens: number | null;
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** The model's output cap; null = unknown. */
  readonly outputTokensMax: number | null;
}

export type WrittenRequest =
  | { readonly ok: true; readonly request: object; readonly dropped: readonly string[] }
  | { readonly ok: false; readonly problem: RequestProblem };

/** Reads one provider's stream, event by event. */
export interface AnswerReader {
  /** Neutral events of one server-sent event's data; `[DONE]` included. Malformed data says nothing. */
  read(data: string): readonly AnswerEvent[];
  /** Whether the dialect's end was seen. */
  readonly isDone: boolean;
  /** The last valid usage, or null. */
  readonly usage: Usage | null;
  /** The input classes told at the beginning, output 0 (`AnswerStream.promptUsage`); absent where the dialect has none. */
  readonly promptUsage?: Usage | null;
  /** Whether a usage came that could not be right, and no valid one. */
  readonly isUsageInvalid: boolean;
}
