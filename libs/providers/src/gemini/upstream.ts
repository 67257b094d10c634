import type { UpstreamSide } from '../conversation/sides.js';
import { GeminiAnswerReader } from './answer-reader.js';
import { writeGeminiRequest } from './request-writer.js';

/** The dialect of `generateContent` and `streamGenerateContent`, as providers speak it. */
export const GEMINI_UPSTREAM: UpstreamSide = {
  writeRequest: writeGeminiRequest,
  streamReader: (bounds) => new GeminiAnswerReader(bounds),
  readAnswer: (parsed, bounds) => new GeminiAnswerReader(bounds).readParsed(parsed),
};
