import {
  countChatInput,
  countCompletionsInput,
  countGeminiInput,
  countMessagesInput,
  countResponsesInput,
} from '@weir/providers';
import { countEmbeddingsInput } from '../embeddings/count-input.js';
import { bodySpecOf, type ProxyRoute } from './proxy-route.js';

/** Tokens of a parsed body's texts, images and files left out, in the dialect of its route. */
export function countInputOf(
  route: ProxyRoute,
  parsed: unknown,
  countTokens: (text: string) => number,
): number {
  switch (bodySpecOf(route).kind) {
    case 'openai-chat':
      return countChatInput(parsed, countTokens);
    case 'openai-completions':
      return countCompletionsInput(parsed, countTokens);
    case 'openai-responses':
      return countResponsesInput(parsed, countTokens);
    case 'anthropic':
    case 'count_tokens':
      return countMessagesInput(parsed, countTokens);
    case 'gemini':
      return countGeminiInput(parsed, countTokens);
    case 'embeddings':
      return countEmbeddingsInput(parsed, countTokens);
  }
}
