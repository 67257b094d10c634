import { asRecord } from '../openai/usage.js';
import { writtenIn } from './answer-shape.js';
import { member, objectMember, objectsMember } from './members.js';
import type { Json } from './members.js';

/** Tokens that frame a content (its role and marks), and those that open the answer. */
const CONTENT_FRAME_TOKENS = 4;
const ANSWER_FRAME_TOKENS = 3;

/**
 * Counts the input of a Gemini request with a tokenizer: contents and instruction with their frames, functions and the
 * answer's schema as their JSON. Pictures, recordings and files are the caller's to add.
 */
export function countGeminiInput(body: unknown, countTokens: (text: string) => number): number {
  const json = requestOf(asRecord(body));
  if (json === null) return 0;
  let tokens = ANSWER_FRAME_TOKENS;
  const system = objectMember(json, 'systemInstruction');
  const contents = objectsMember(json, 'contents');
  for (const content of system === null ? contents : [system, ...contents]) {
    const texts = objectsMember(content, 'parts').map(textIn);
    tokens += CONTENT_FRAME_TOKENS + countTokens(texts.join(''));
  }
  const config = objectMember(json, 'generationConfig');
  const declared = [
    member(json, 'tools'),
    member(config, 'responseSchema'),
    member(config, 'responseJsonSchema'),
  ];
  for (const value of declared) {
    if (value !== undefined) tokens += countTokens(JSON.stringify(value));
  }
  return tokens;
}

/** The request inside a `countTokens` body: beside its contents it may give a whole one. */
export function requestOf(json: Json | null): Json | null {
  return objectMember(json, 'generateContentRequest') ?? json;
}

function textIn(part: Json): string {
  const response = member(part, 'functionResponse');
  return response === undefined ? writtenIn(part) : JSON.stringify(response);
}
