import type { Media, Part } from '../conversation/conversation.js';
import { mediaOfUrl } from '../conversation/media.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { mediaTypeOfFormat } from './audio-format.js';
import { cacheMarkOf } from './cache-mark.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads a message's content: absent, text, or typed parts. Empty texts say nothing and are left out. */
export function readChatContent(
  content: unknown,
  param: string,
  intake: RequestIntake,
): readonly Part[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  const parts: Part[] = [];
  intake.list(content, param).forEach((value, i) => {
    const given = intake.record(value, `${param}[${i}]`);
    const part = readPart(given, `${param}[${i}]`, intake);
    if (part === null) return;
    const cache = cacheMarkOf(given);
    parts.push(cache === null ? part : { ...part, cache });
  });
  return parts;
}

function readPart(part: Json, param: string, intake: RequestIntake): Part | null {
  switch (part['type']) {
    case 'text': {
      const text = intake.text(part['text'], `${param}.text`);
      return text === '' ? null : { type: 'text', text };
    }
    case 'refusal':
      return { type: 'refusal', text: intake.text(part['refusal'], `${param}.refusal`) };
    case 'image_url':
      return readImage(part['image_url'], `${param}.image_url`, intake);
    case 'input_audio':
      return readAudio(part['input_audio'], `${param}.input_audio`, intake);
    case 'file':
      return readFile(part['file'], `${param}.file`, intake);
    default:
      intake.refuse(
        `${param}.type`,
        `\`${param}.type\` must be text, image_url, input_audio, file or refusal for this model.`,
      );
      return null;
  }
}

/** An object with the URL, or, as some clients send, the URL itself. */
function readImage(value: unknown, param: string, intake: RequestIntake): Part | null {
  const image = typeof value === 'string' ? { url: value } : intake.record(value, param);
  const source = readUrl(image['url'], `${param}.url`, intake);
  if (source === null) return null;
  const detail = intake.optionalText(image['detail'], `${param}.detail`);
  return { type: 'image', source, ...(detail === null ? {} : { detail }) };
}

/** A URL or a data URL; refuses a data URL that is not base64. */
export function readUrl(value: unknown, param: string, intake: RequestIntake): Media | null {
  const source = mediaOfUrl(intake.text(value, param));
  if (source === null) intake.refuse(param, `\`${param}\` must be a URL or a base64 data URL.`);
  return source;
}

function readAudio(value: unknown, param: string, intake: RequestIntake): Part {
  const audio = intake.record(value, param);
  const data = intake.text(audio['data'], `${param}.data`);
  const format = intake.text(audio['format'], `${param}.format`);
  const mediaType = mediaTypeOfFormat(format);
  return { type: 'audio', source: { kind: 'base64', mediaType, data } };
}

function readFile(value: unknown, param: string, intake: RequestIntake): Part | null {
  const file = intake.record(value, param);
  const name = intake.optionalText(file['filename'], `${param}.filename`);
  const named = name === null ? {} : { name };
  const id = intake.optionalText(file['file_id'], `${param}.file_id`);
  if (id !== null) return { type: 'file', source: { kind: 'id', id }, ...named };
  const source = readUrl(file['file_data'], `${param}.file_data`, intake);
  return source === null ? null : { type: 'file', source, ...named };
}
