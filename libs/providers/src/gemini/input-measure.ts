import { InputMeasure } from '../openai/input-measure.js';
import { asRecord } from '../openai/usage.js';
import { member, objectMember, objectsMember, snakeCase } from './members.js';
import type { Json } from './members.js';

/**
 * Measures a Gemini request. Media is looked for only where the API takes it, in the parts of contents and of function
 * responses: an object that merely looks like media inside a function's arguments or a schema is text to the model,
 * and counting it as one picture would let any amount of text pass unheld.
 */
export function measureGeminiInput(json: Json, byteLength: (text: string) => number): InputMeasure {
  const measure = new InputMeasure(byteLength, () => null);
  for (const name of MEASURED) addBothSpellings(measure, json, name);
  const system = member(json, 'systemInstruction');
  // A plain text is taken by some servers where a content belongs.
  if (typeof system === 'string') measure.add(system);
  else addContent(measure, objectMember(json, 'systemInstruction'));
  for (const content of objectsMember(json, 'contents')) addContent(measure, content);
  return measure;
}

/** Members whose text reaches the model, beside the contents. */
const MEASURED = ['tools', 'toolConfig', 'generationConfig'] as const;
/** What frames a content: role and turn marks. */
const CONTENT_FRAME_BYTES = 16;

function addContent(measure: InputMeasure, content: Json | null): void {
  if (content === null) return;
  measure.bytes += CONTENT_FRAME_BYTES;
  for (const part of objectsMember(content, 'parts')) addPart(measure, part);
}

function addPart(measure: InputMeasure, part: Json): void {
  for (const key in part) {
    const value = part[key];
    measure.add(key);
    if (isNamed(key, 'inlineData') || isNamed(key, 'fileData')) addMedia(measure, value);
    else if (isNamed(key, 'functionResponse')) addFunctionResponse(measure, value);
    // Signatures too: what an opaque one is billed as no one says, so its length bounds it.
    else measure.add(value);
  }
}

function addFunctionResponse(measure: InputMeasure, value: unknown): void {
  const response = asRecord(value);
  for (const key in response) {
    measure.add(key);
    if (key !== 'parts') measure.add(response[key]);
  }
  for (const part of objectsMember(response, 'parts')) addPart(measure, part);
}

/** Counts by the media type; documents in plain words are read as text, so their bytes bound them. */
function addMedia(measure: InputMeasure, value: unknown): void {
  const media = asRecord(value);
  for (const key in media) if (!isNamed(key, 'data')) measure.add(media[key]);
  const mediaType = member(media, 'mimeType');
  const kind = typeof mediaType === 'string' ? mediaType.toLowerCase() : '';
  if (kind.startsWith('image/')) measure.images++;
  else if (kind.startsWith('audio/')) measure.audios++;
  else if (isFilm(kind) || member(media, 'data') === undefined) measure.files++;
  else measure.add(member(media, 'data'));
}

/** Whether a file's size in tokens has nothing to do with its bytes. */
function isFilm(mediaType: string): boolean {
  return mediaType.startsWith('video/') || mediaType === 'application/pdf';
}

/** Both spellings are measured where both are given: which one a server reads is its own secret. */
function addBothSpellings(measure: InputMeasure, json: Json, name: string): void {
  measure.add(json[name]);
  if (snakeCase(name) !== name) measure.add(json[snakeCase(name)]);
}

function isNamed(key: string, name: string): boolean {
  return key === name || key === snakeCase(name);
}
