import { summarise } from '../conversation/answer-summary.js';
import type { Conversation } from '../conversation/conversation.js';
import type { AnswerHead, ClientSide, UpstreamSide } from '../conversation/sides.js';
import type { ClientDialect, UpstreamDialect } from '../dialect/dialect.js';
import type {
  ClientAnswer,
  Pair,
  PairAnswer,
  PairRequest,
  UpstreamRequest,
} from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import type { AnswerReading } from '../openai/chat-response.js';
import type { ProviderError } from '../openai/provider-error.js';
import { asRecord } from '../openai/usage.js';
import { decodeUtf8, encodeUtf8, parseJson } from '../text/parse-json.js';
import { errorFactsOf, UNREADABLE_ANSWER } from './provider-fault.js';
import { TranslatedStream } from './translated-stream.js';

/** What a translation between two dialects is made of. */
export interface TranslatedPairParts {
  readonly client: ClientDialect;
  readonly upstream: UpstreamDialect;
  readonly clientSide: ClientSide;
  readonly upstreamSide: UpstreamSide;
  /** An error in the client's dialect. */
  readonly errorBody: (error: ErrorFacts) => object;
  /** What only this pair changes. */
  readonly adapt?: (conversation: Conversation) => Conversation;
}

/** Joins any client's dialect with any provider's: the request becomes a `Conversation`, the answer neutral events. */
export function translatedPair(parts: TranslatedPairParts): Pair {
  const { clientSide } = parts;
  return {
    client: parts.client,
    upstream: parts.upstream,
    passesBytes: false,
    request: (input) => translateRequest(parts, input),
    answer: (body, input) => translateAnswer(parts, body, input),
    stream(input) {
      const head = headOf(input, input.includeUsage);
      return new TranslatedStream({
        reader: parts.upstreamSide.streamReader(input.bounds),
        newWriter: () => clientSide.streamWriter(head),
        choices: input.reading.choices,
        answerId: input.answerId,
      });
    },
  };
}

function translateRequest(parts: TranslatedPairParts, input: PairRequest): UpstreamRequest {
  const read = parts.clientSide.readRequest(input.parsed);
  if (!read.ok) return read;
  // Gemini's requests say neither in the body but in the path.
  const { model, stream } = input.reading;
  const given = { ...read.conversation, model, stream };
  const written = parts.upstreamSide.writeRequest(parts.adapt?.(given) ?? given, input);
  if (!written.ok) return written;
  const dropped = new Set([...read.dropped, ...written.dropped]);
  return {
    ok: true,
    body: encodeUtf8(JSON.stringify(written.request)),
    dropped: [...dropped].sort(),
  };
}

function translateAnswer(
  parts: TranslatedPairParts,
  body: Uint8Array,
  input: PairAnswer,
): ClientAnswer {
  const parsed = asRecord(parseJson(decodeUtf8(body)));
  if (parsed === null) return faulty(parts, UNREADABLE_ANSWER, input);
  const events = parts.upstreamSide.readAnswer(parsed, input.bounds);
  const { text, ...reading } = summarise(events);
  if (reading.error !== null) return faulty(parts, reading.error, input, reading);
  const answer = parts.clientSide.writeAnswer(events, headOf(input, true));
  return {
    body: encodeUtf8(JSON.stringify(answer)),
    reading,
    producedText: () => text,
  };
}

/** A provider's error inside a 200, in the client's words. */
function faulty(
  parts: TranslatedPairParts,
  error: ProviderError,
  input: PairAnswer,
  reading: AnswerReading = NOTHING_READ,
): ClientAnswer {
  const body = parts.errorBody(errorFactsOf(error, input.answerId));
  return {
    body: encodeUtf8(JSON.stringify(body)),
    reading: { ...reading, error },
    producedText: () => '',
  };
}

function headOf(input: PairAnswer, includeUsage: boolean): AnswerHead {
  return {
    answerId: input.answerId,
    nowS: input.nowS,
    requestedModel: input.reading.model,
    includeUsage,
    request: input.parsed,
  };
}

const NOTHING_READ: AnswerReading = {
  usage: null,
  isUsageInvalid: false,
  finishReason: null,
  reportedModel: null,
  error: null,
};
