import type { ClientSide } from '../conversation/sides.js';
import { readResponsesConversation } from './responses-conversation.js';
import { ResponsesWriter } from './responses-writer.js';

/** The dialect of `responses`, as clients speak it. */
export const OPENAI_RESPONSES_CLIENT: ClientSide = {
  readRequest: readResponsesConversation,
  streamWriter: (head) => new ResponsesWriter(head),
  writeAnswer(events, head) {
    const writer = new ResponsesWriter(head);
    for (const event of events) writer.write(event);
    return writer.close();
  },
};
