import type { Conversation } from '../conversation/conversation.js';

/** Leaves out that the model shall not think: OpenAI's models that cannot think refuse the word, the others need none. */
export function withoutNoEffort(conversation: Conversation): Conversation {
  if (conversation.reasoning?.effort !== 'none') return conversation;
  return { ...conversation, reasoning: null };
}
