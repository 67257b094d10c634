import type { UpstreamSide } from '../conversation/sides.js';
import { ChatAnswerReader } from './chat-answer-reader.js';
import { writeChatRequest } from './chat-request.js';

/** The dialect of `chat/completions`, as OpenAI-compatible providers speak it. */
export const OPENAI_CHAT_UPSTREAM: UpstreamSide = {
  writeRequest: writeChatRequest,
  streamReader: (bounds) => new ChatAnswerReader(bounds),
  readAnswer: (parsed, bounds) => new ChatAnswerReader(bounds).readWhole(parsed),
};
