import {
  embeddingsEdits,
  readEmbeddingsResponse,
  rewriteRequest,
  type AnswerStream,
  type ClientAnswer,
  type Pair,
} from '@weir/providers';

const NOTHING_DROPPED: readonly string[] = [];

/** Embeddings pass as they are between a client and an OpenAI-compatible endpoint: there is no other dialect of them. */
export const EMBEDDINGS_WAY: Pick<Pair, 'passesBytes' | 'request' | 'answer' | 'stream'> = {
  passesBytes: true,

  request(input) {
    const edits = embeddingsEdits(input.reading, input.upstreamModel);
    const body = rewriteRequest(input.body, input.object, edits);
    return { ok: true, body, dropped: NOTHING_DROPPED };
  },

  answer(body, { bounds }): ClientAnswer {
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
    // Vectors are not text: an answer without usage produced nothing that is billed.
    return {
      body,
      reading: readEmbeddingsResponse(parsedOrNull(text), bounds),
      producedText: () => '',
    };
  },

  stream(): AnswerStream {
    throw new Error('Embeddings are not streamed.');
  },
};

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // SyntaxError: not JSON. It passes as it is and tells nothing.
    return null;
  }
}
