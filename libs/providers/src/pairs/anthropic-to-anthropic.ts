import { messagesTextOf, readMessagesAnswer } from '../anthropic/messages-answer.js';
import { MessagesStream } from '../anthropic/messages-stream.js';
import { messagesEdits } from '../anthropic/upstream-edits.js';
import type { ClientAnswer, Pair, UpstreamRequest } from '../dialect/pair.js';
import { rewriteRequest } from '../openai/rewrite-request.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';

const NOTHING_DROPPED: readonly string[] = [];

/** The same dialect on both sides: every byte passes but the members that must be set or must not leave. */
export const ANTHROPIC_TO_ANTHROPIC: Pair = {
  client: 'anthropic',
  upstream: 'anthropic',
  passesBytes: true,

  request(input): UpstreamRequest {
    const edits = messagesEdits(input.reading, input);
    const body = rewriteRequest(input.body, input.object, edits);
    return { ok: true, body, dropped: NOTHING_DROPPED };
  },

  answer(body, input): ClientAnswer {
    const text = decodeUtf8(body);
    const parsed = parseJson(text);
    return {
      body,
      reading: readMessagesAnswer(parsed, input.bounds),
      // Where the body is no JSON, its bytes are what was produced.
      producedText: () => (parsed === undefined ? text : messagesTextOf(parsed)),
    };
  },

  stream: (input) => new MessagesStream(input),
};
