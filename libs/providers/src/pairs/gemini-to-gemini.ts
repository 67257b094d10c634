import type { ClientAnswer, Pair, UpstreamRequest } from '../dialect/pair.js';
import { GeminiAnswerStream } from '../gemini/answer-stream.js';
import { readGeminiAnswer, textOfGeminiAnswer } from '../gemini/answer.js';
import { geminiEdits } from '../gemini/upstream-edits.js';
import { rewriteRequest } from '../openai/rewrite-request.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';

const NOTHING_DROPPED: readonly string[] = [];

/**
 * The same dialect on both sides: every byte passes but the output bound and what must not leave. The model's upstream
 * name goes into the path, which is the caller's.
 */
export const GEMINI_TO_GEMINI: Pair = {
  client: 'gemini',
  upstream: 'gemini',
  passesBytes: true,

  request({ body, object, maxTokens, reading }): UpstreamRequest {
    const bound = maxTokens === reading.maxTokens ? null : maxTokens;
    const edits = geminiEdits(body, object, bound);
    return { ok: true, body: rewriteRequest(body, object, edits), dropped: NOTHING_DROPPED };
  },

  answer(body, { bounds }): ClientAnswer {
    const text = decodeUtf8(body);
    const parsed = parseJson(text);
    return {
      body,
      reading: readGeminiAnswer(parsed, bounds),
      // Where the body is no JSON, its bytes are what was produced.
      producedText: () => (parsed === undefined ? text : textOfGeminiAnswer(parsed)),
    };
  },

  stream: (input) => new GeminiAnswerStream(input),
};
