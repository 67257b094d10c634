import { countChatInput, countGeminiInput, countMessagesInput } from '@weir/providers';
import { countEmbeddingsInput } from '../embeddings/count-input.js';
import { bodySpecOf, type ProxyRoute } from './proxy-route.js';
import { readRequest } from './read-request.js';

/** Tokens of a parsed body's texts, images and files left out, in the dialect of its route. */
export function countInputOf(
  route: ProxyRoute,
  parsed: unknown,
  countTokens: (text: string) => number,
): number {
  const spec = bodySpecOf(route);
  switch (spec.kind) {
    case 'openai-chat':
      return countChatInput(parsed, countTokens);
    case 'anthropic':
    case 'count_tokens':
      return countMessagesInput(parsed, countTokens);
    case 'gemini':
      return countGeminiInput(parsed, countTokens);
    case 'embeddings':
      return countEmbeddingsInput(parsed, countTokens);
    case 'openai-completions':
    case 'openai-responses': {
      // What bounds the input by its bytes counts it closely with a tokenizer in their place.
      const read = readRequest(spec, parsed, countTokens);
      return read.ok ? read.request.inputTokensBound : 0;
    }
  }
}
