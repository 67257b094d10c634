import type { ConversationResult, Part } from '../conversation/conversation.js';
import { RequestIntake } from '../conversation/request-intake.js';
import type { ClientSide } from '../conversation/sides.js';
import { STRIPPED_MEMBERS } from '../openai/rewrite-request.js';
import { GeminiAnswerWriter, writeGeminiAnswer } from './answer-writer.js';
import { GeminiContentReader } from './content-reader.js';
import { member, snakeCase } from './members.js';
import type { Json } from './members.js';
import { readGeminiConfig } from './request-config.js';
import { readGeminiTools } from './request-tools.js';

/** The dialect of `generateContent` and `streamGenerateContent`, as clients speak it. */
export const GEMINI_CLIENT: ClientSide = {
  readRequest: readGeminiConversation,
  streamWriter: (head) => new GeminiAnswerWriter(head),
  writeAnswer: writeGeminiAnswer,
};

/** Members with a place of their own, and those that are for Weir alone. */
const PLACED: ReadonlySet<string> = new Set(
  [
    ...STRIPPED_MEMBERS,
    'model',
    'contents',
    'systemInstruction',
    'tools',
    'toolConfig',
    'generationConfig',
  ].flatMap((name) => [name, snakeCase(name)]),
);

/** Members that only Google can honour, and that nothing is lost without. */
const DROPPED = ['safetySettings', 'labels', 'serviceTier', 'store'] as const;

/** What Google's account holds is out of everyone else's reach. */
const UNTRANSLATABLE = ['cachedContent', 'continuationToken'] as const;

/** Reads a parsed request as a conversation; its model and the wish to stream are the path's, and stay empty here. */
export function readGeminiConversation(parsed: unknown): ConversationResult {
  const intake = new RequestIntake();
  const json = intake.record(parsed, 'body');
  for (const name of UNTRANSLATABLE) {
    if (member(json, name) === undefined) continue;
    intake.refuse(name, `\`${name}\` works with Gemini models only; send the contents instead.`);
  }
  const extras: Record<string, unknown> = {};
  for (const key in json) {
    const dropped = DROPPED.find((name) => key === name || key === snakeCase(name));
    if (dropped !== undefined) intake.drop(dropped);
    else if (!PLACED.has(key) && json[key] !== null) extras[key] = json[key];
  }
  const reader = new GeminiContentReader(intake);
  return intake.result({
    model: '',
    system: readSystem(json, reader, intake),
    turns: reader.read(member(json, 'contents')),
    ...readGeminiTools(json, intake),
    parallelTools: null,
    ...readGeminiConfig(json, intake),
    stream: false,
    endUser: null,
    extras,
  });
}

/** A content, or, as some servers take it, plain words. */
function readSystem(
  json: Json,
  reader: GeminiContentReader,
  intake: RequestIntake,
): readonly Part[] {
  const given = member(json, 'systemInstruction');
  if (given === undefined) return [];
  if (typeof given === 'string') return [{ type: 'text', text: given }];
  return reader.parts(intake.record(given, 'systemInstruction'), 'systemInstruction');
}
