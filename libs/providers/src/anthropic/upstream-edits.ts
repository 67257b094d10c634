import type { RequestReading } from '../openai/read-request.js';
import { STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import type { RequestEdits } from '../openai/rewrite-request.js';

/** What the gateway decided about a Messages request. */
export interface MessagesChoice {
  /** The endpoint's name of the model. */
  readonly upstreamModel: string;
  /** Bound of output tokens to send; null = the client's own stands. */
  readonly maxTokens: number | null;
}

/** The edits that turn a client's Messages request into the one sent upstream; every other byte stays. */
export function messagesEdits(request: RequestReading, choice: MessagesChoice): RequestEdits {
  const set: Record<string, string> = {};
  if (choice.upstreamModel !== request.model) set['model'] = JSON.stringify(choice.upstreamModel);
  if (choice.maxTokens !== null && choice.maxTokens !== request.maxTokens) {
    set['max_tokens'] = String(choice.maxTokens);
  }
  return { set, remove: STRIPPED_MEMBERS };
}
