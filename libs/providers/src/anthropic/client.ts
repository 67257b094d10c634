import type { ClientSide } from '../conversation/sides.js';
import { MessageWriter } from './message-writer.js';
import { readConversation } from './read-conversation.js';
import { writeMessage } from './write-message.js';

/** The dialect of `/v1/messages`, as clients speak it. */
export const ANTHROPIC_CLIENT: ClientSide = {
  readRequest: readConversation,
  streamWriter: (head) => new MessageWriter(head),
  writeAnswer: writeMessage,
};
