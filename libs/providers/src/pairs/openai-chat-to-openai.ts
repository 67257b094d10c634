import type { ClientAnswer, Pair, PairAnswer, UpstreamRequest } from '../dialect/pair.js';
import { ChatAnswerStream } from '../openai/chat-answer-stream.js';
import { producedTextOf, readChatResponse } from '../openai/chat-response.js';
import type { AnswerReading } from '../openai/chat-response.js';
import { readPlainAnswer } from '../openai/plain-answer.js';
import { rewriteRequest } from '../openai/rewrite-request.js';
import { chatEdits } from '../openai/upstream-edits.js';
import { fromLatin1 } from '../text/latin1.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';

const NOTHING_DROPPED: readonly string[] = [];

/** The same dialect on both sides: every byte passes but the members that must be set or must not leave. */
export const OPENAI_CHAT_TO_OPENAI: Pair = {
  client: 'openai-chat',
  upstream: 'openai',
  passesBytes: true,

  request(input): UpstreamRequest {
    const edits = chatEdits(input.parsed, input.reading, input);
    const body = rewriteRequest(input.body, input.object, edits);
    return { ok: true, body, dropped: NOTHING_DROPPED };
  },

  answer(body, input): ClientAnswer {
    return { body, reading: read(body, input), producedText: () => producedText(body) };
  },

  stream: (input) => new ChatAnswerStream(input),
};

/** Ordinary answers are read by their marks, the others parsed. */
function read(body: Uint8Array, input: PairAnswer): AnswerReading {
  const { latin1, bounds } = input;
  const plain = readPlainAnswer(latin1 ?? decodeUtf8(body), bounds);
  if (plain === null) return readChatResponse(parseJson(decodeUtf8(body)), bounds);
  if (latin1 === undefined || plain.reportedModel === null) return plain;
  const reportedModel = fromLatin1(plain.reportedModel);
  return reportedModel === plain.reportedModel ? plain : { ...plain, reportedModel };
}

/** Where the body is no JSON, its bytes are what was produced. */
function producedText(body: Uint8Array): string {
  const text = decodeUtf8(body);
  const parsed = parseJson(text);
  return parsed === undefined ? text : producedTextOf(parsed);
}
