import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { textOf } from '../json/json-object.js';
import { findModel } from '../simulation/models.js';
import { latencyMs } from '../simulation/random.js';
import { countTokens } from '../simulation/token-counter.js';
import { BadRequest, numberIn, parseBody } from './bad-request.js';
import { modelNotFound } from './errors.js';
import { silence } from './wav.js';

const INPUT_CHARACTERS_MAX = 4_096;
/** Characters that are spoken in a second. */
const CHARACTERS_PER_SECOND = 15;
/** A simulated voice speaks one format; the others are answered under their own name with the same bytes. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};

/** POST /audio/speech: silence as long as the text would take. */
export async function audioSpeech(exchange: Exchange): Promise<void> {
  const json = parseBody(exchange.body);
  const model = findModel(json['model'], 'speech');
  if (model === undefined) return modelNotFound(exchange, json['model']);
  for (const name of ['input', 'voice']) {
    if (textOf(json, name) === '') {
      throw new BadRequest(
        `Missing required parameter: '${name}'.`,
        name,
        'missing_required_parameter',
      );
    }
  }
  const input = textOf(json, 'input');
  if (input.length > INPUT_CHARACTERS_MAX) {
    throw new BadRequest(
      `Invalid 'input': string too long. Expected a string with maximum length ${String(INPUT_CHARACTERS_MAX)}.`,
      'input',
      'string_above_max_length',
    );
  }
  const speed = numberIn(json, 'speed', { least: 0.25, most: 4 }) ?? 1;
  const mediaType = MEDIA_TYPES[textOf(json, 'response_format') || 'mp3'];
  if (mediaType === undefined) {
    throw new BadRequest(
      `Invalid value for 'response_format'. Supported values are: ${Object.keys(MEDIA_TYPES).join(', ')}.`,
      'response_format',
      'invalid_value',
    );
  }
  const { produced, faults, outlet } = exchange;
  produced.model = model.id;
  produced.promptTokens = await countTokens(input);
  await pause(faults.delayMs ?? latencyMs(Math.random, model.firstTokenMs), outlet.closed);
  if (!outlet.isOpen) return;
  produced.characters = Array.from(input).length;
  const bytes = silence(produced.characters / CHARACTERS_PER_SECOND / speed);
  outlet.head(200, {
    'content-type': mediaType,
    'content-length': bytes.length,
    'x-request-id': exchange.id,
  });
  await outlet.end(bytes);
}
