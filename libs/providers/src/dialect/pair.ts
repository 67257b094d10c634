import type { Usage } from '@weir/domain';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { AnswerReading } from '../openai/chat-response.js';
import type { JsonObjectScan } from '../openai/json-members.js';
import type { ProviderError } from '../openai/provider-error.js';
import type { MaxTokensField, RequestProblem, RequestReading } from '../openai/read-request.js';
import type { UsageBounds } from '../openai/usage.js';
import type { ClientDialect, UpstreamDialect } from './dialect.js';

/**
 * A way from one client dialect to one upstream dialect: what the gateway needs of it, in the order of a request.
 * One file `<client>-to-<upstream>.ts` each, under `pairs/`. Where both sides speak the same dialect the bytes pass
 * and only the members that must be set are spliced in; elsewhere the request becomes a `Conversation` and back.
 */
export interface Pair {
  readonly client: ClientDialect;
  readonly upstream: UpstreamDialect;
  /** Whether an answer's bytes pass as they are: a long one may then leave while it still comes. */
  readonly passesBytes: boolean;
  /** The body for the upstream. Called once per attempt. */
  request(input: PairRequest): UpstreamRequest;
  /** An answer that was not streamed, whole. */
  answer(body: Uint8Array, input: PairAnswer): ClientAnswer;
  /** A streamed answer: one object per attempt. */
  stream(input: PairStream): AnswerStream;
}

/** A client's request and what the gateway decided about it. */
export interface PairRequest {
  /** The client's bytes, and where their members lie. */
  readonly body: Uint8Array;
  readonly object: JsonObjectScan;
  /** The parsed body. */
  readonly parsed: unknown;
  readonly reading: RequestReading;
  /** The endpoint's name of the model. */
  readonly upstreamModel: string;
  /** Bound of output tokens per choice to send; null = the client's own stands. */
  readonly maxTokens: number | null;
  /** The member an OpenAI-compatible endpoint takes it in, where the client named none. */
  readonly maxTokensField: MaxTokensField;
  /** The model's own output cap, for dialects that demand a bound (Anthropic); null = unknown. */
  readonly outputTokensMax: number | null;
}

/** What is sent, or why this upstream cannot take it. */
export type UpstreamRequest =
  | {
      readonly ok: true;
      readonly body: Uint8Array;
      /** Members the upstream has no place for: told to the client in `x-weir-dropped`. */
      readonly dropped: readonly string[];
    }
  | { readonly ok: false; readonly problem: RequestProblem };

/** What an answer is written with. */
export interface PairAnswer {
  readonly reading: RequestReading;
  /** The client's parsed request: some dialects' answers repeat parts of it. */
  readonly parsed: unknown;
  readonly bounds: UsageBounds;
  /** The id a translated answer carries where the upstream gave none: the generation id. */
  readonly answerId: string;
  /** Seconds since 1970, for dialects whose answers say when they were made. */
  readonly nowS: number;
  /** The answer's bytes, a character each, where the caller has made that text: spares decoding it twice. */
  readonly latin1?: string;
}

/** An answer in the client's dialect, and what it tells. */
export interface ClientAnswer {
  /** The very same object where nothing had to change; an error of the client's dialect where `reading.error` is set. */
  readonly body: Uint8Array;
  readonly reading: AnswerReading;
  /** The text it produced, for counting when no usage came. Costs work: call it only then. */
  producedText(): string;
}

/** What a stream is watched and written with. */
export interface PairStream extends PairAnswer {
  /** Set for OpenAI's chat streams only: whether the usage chunk goes out. Other dialects always carry usage. */
  readonly includeUsage: boolean;
}

/**
 * One streamed answer: bytes of the upstream in, bytes for the client out, and beside them what was produced.
 * Whole events only leave, so that a stream can be stopped between any two pushes.
 */
export interface AnswerStream {
  /** Takes the next bytes from upstream; returns those to forward, possibly empty. */
  push(chunk: Uint8Array): Uint8Array;
  /** The upstream ended: the bytes still to forward, with the dialect's own end where the upstream gave none. */
  finish(): Uint8Array;
  /** Whether the dialect's end was seen: the caller journals its `end` before it forwards that push's bytes. */
  readonly isDone: boolean;
  /** Whether what was forwarded ends inside an event (an oversized one): nothing of ours may be put there. */
  readonly isInsideEvent: boolean;
  /** What may be written between two pushes to keep the connection open; absent = a comment of an event stream. */
  readonly keepAlive?: Uint8Array;
  /** The last valid usage the provider reported, or null. */
  readonly usage: Usage | null;
  /**
   * The input classes a provider tells when it begins (Anthropic), output 0; null = none. An answer that is cut before
   * its `usage` came is charged these and counted output. Absent where the dialect tells nothing so early.
   */
  readonly promptUsage?: Usage | null;
  readonly finishReason: string | null;
  readonly reportedModel: string | null;
  /** OpenAI chat only: what a chunk of the gateway's own must repeat. */
  readonly id?: string | null;
  readonly createdS?: number | null;
  /** An error the provider sent inside the stream, or null. */
  readonly error: ProviderError | null;
  /** Upper bound of the produced text's UTF-8 bytes, visible reasoning and tool calls included. */
  readonly producedBytes: number;
  /** No more output tokens than this can have been produced so far; never decreases. */
  readonly outputTokensBound: number;
  /** A careful count of the output tokens so far, at or below the truth for ordinary text. */
  readonly estimatedTokens: number;
  /** The produced text, for counting when no usage came. Costs work: call it once. */
  producedText(): string;
  /**
   * Ends the stream as if the output bound had been reached: the events, the dialect's end included. The bytes of the
   * last push are not forwarded then: they were not covered.
   */
  stop(usage: Usage | null): Uint8Array;
  /** Ends the stream with an error in the client's dialect. */
  fail(error: ErrorFacts): Uint8Array;
}
