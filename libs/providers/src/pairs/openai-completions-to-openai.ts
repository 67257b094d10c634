import type { Pair } from '../dialect/pair.js';
import { CompletionsStream } from '../completions/completions-stream.js';
import { OPENAI_CHAT_TO_OPENAI } from './openai-chat-to-openai.js';

/** Legacy completions pass like chat: the same members are set, and answers carry the same usage. */
export const OPENAI_COMPLETIONS_TO_OPENAI: Pair = {
  ...OPENAI_CHAT_TO_OPENAI,
  client: 'openai-completions',
  stream: (input) => new CompletionsStream(input),
};
