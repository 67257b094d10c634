import type { ClientSide } from '../conversation/sides.js';
import { writeChatAnswer } from './chat-answer.js';
import { ChatAnswerWriter } from './chat-answer-writer.js';
import { readChatConversation } from './chat-conversation.js';

/** The dialect of `chat/completions`, as clients speak it. */
export const OPENAI_CHAT_CLIENT: ClientSide = {
  readRequest: readChatConversation,
  streamWriter: (head) => new ChatAnswerWriter(head),
  writeAnswer: writeChatAnswer,
};
