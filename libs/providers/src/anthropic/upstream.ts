import type { UpstreamSide } from '../conversation/sides.js';
import { MessageAnswerReader } from './answer-reader.js';
import { writeMessagesRequest } from './write-request.js';

/** The dialect of `/v1/messages`, as Anthropic and those that follow it speak it. */
export const ANTHROPIC_UPSTREAM: UpstreamSide = {
  writeRequest: writeMessagesRequest,
  streamReader: (bounds) => new MessageAnswerReader(bounds),
  readAnswer: (parsed, bounds) => new MessageAnswerReader(bounds).readWhole(parsed),
};
