import type { Media, Part } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { mediaTypeOfFormat } from '../openai/audio-format.js';
import { readUrl } from '../openai/chat-content.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads an item's content (or a tool's output): absent, text, or typed parts. Empty texts are left out. */
export function readResponsesContent(
  content: unknown,
  param: string,
  intake: RequestIntake,
): readonly Part[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  const parts: Part[] = [];
  intake.list(content, param).forEach((value, i) => {
    const part = readPart(intake.record(value, `${param}[${i}]`), `${param}[${i}]`, intake);
    if (part !== null) parts.push(part);
  });
  return parts;
}

function readPart(part: Json, param: string, intake: RequestIntake): Part | null {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text': {
      const text = intake.text(part['text'], `${param}.text`);
      return text === '' ? null : { type: 'text', text };
    }
    case 'refusal':
      return { type: 'refusal', text: intake.text(part['refusal'], `${param}.refusal`) };
    case 'input_image':
      return readImage(part, param, intake);
    case 'input_file':
      return readFile(part, param, intake);
    case 'input_audio':
      return readAudio(part['input_audio'], `${param}.input_audio`, intake);
    default:
      intake.refuse(
        `${param}.type`,
        `\`${param}.type\` must be input_text, output_text, refusal, input_image, input_file or input_audio.`,
      );
      return null;
  }
}

function readImage(part: Json, param: string, intake: RequestIntake): Part | null {
  const detail = intake.optionalText(part['detail'], `${param}.detail`);
  // What the format takes when nothing is said; the SDK's types demand that it is.
  const detailed = detail === null || detail === 'auto' ? {} : { detail };
  const id = intake.optionalText(part['file_id'], `${param}.file_id`);
  if (id !== null) return { type: 'image', source: { kind: 'id', id }, ...detailed };
  const source = readUrl(part['image_url'], `${param}.image_url`, intake);
  return source === null ? null : { type: 'image', source, ...detailed };
}

function readFile(part: Json, param: string, intake: RequestIntake): Part | null {
  const name = intake.optionalText(part['filename'], `${param}.filename`);
  const named = name === null ? {} : { name };
  const id = intake.optionalText(part['file_id'], `${param}.file_id`);
  const url = intake.optionalText(part['file_url'], `${param}.file_url`);
  let source: Media | null = null;
  if (id !== null) source = { kind: 'id', id };
  else if (url !== null) source = readUrl(url, `${param}.file_url`, intake);
  else source = readUrl(part['file_data'], `${param}.file_data`, intake);
  return source === null ? null : { type: 'file', source, ...named };
}

function readAudio(value: unknown, param: string, intake: RequestIntake): Part {
  const audio = intake.record(value, param);
  const data = intake.text(audio['data'], `${param}.data`);
  const mediaType = mediaTypeOfFormat(intake.text(audio['format'], `${param}.format`));
  return { type: 'audio', source: { kind: 'base64', mediaType, data } };
}
