import type { ClientAnswer, Pair, UpstreamRequest } from '../dialect/pair.js';
import { rewriteRequest, STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import { readResponse, responseTextOf } from '../responses/responses-answer.js';
import { ResponsesStream } from '../responses/responses-stream.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';

/**
 * Responses to a provider that offers `/responses` itself: every byte passes but the members that must be set. It is
 * told to store nothing, as Weir promises. Taken instead of the translation where an endpoint declares it.
 */
export const RESPONSES_NATIVE: Pair = {
  client: 'openai-responses',
  upstream: 'openai',
  passesBytes: true,

  request(input): UpstreamRequest {
    const { reading, upstreamModel, maxTokens } = input;
    const set: Record<string, string> = { store: 'false' };
    if (upstreamModel !== reading.model) set['model'] = JSON.stringify(upstreamModel);
    if (maxTokens !== null && maxTokens !== reading.maxTokens) {
      set['max_output_tokens'] = String(maxTokens);
    }
    const edits = { set, remove: STRIPPED_MEMBERS };
    return { ok: true, body: rewriteRequest(input.body, input.object, edits), dropped: [] };
  },

  answer(body, input): ClientAnswer {
    const text = decodeUtf8(body);
    const parsed = parseJson(text);
    return {
      body,
      reading: readResponse(parsed, input.bounds),
      producedText: () => (parsed === undefined ? text : responseTextOf(parsed)),
    };
  },

  stream: (input) => new ResponsesStream(input),
};
