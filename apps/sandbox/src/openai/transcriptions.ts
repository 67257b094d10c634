import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { findModel } from '../simulation/models.js';
import { pieces } from '../simulation/passages.js';
import { latencyMs } from '../simulation/random.js';
import { BadRequest } from './bad-request.js';
import { modelNotFound } from './errors.js';
import { parseForm } from './multipart.js';
import { secondsOf } from './wav.js';

/** Words a second that are heard in any recording. */
const WORDS_PER_SECOND = 2;
const FORMATS = ['json', 'text', 'verbose_json'];

/** POST /audio/transcriptions: as many words as the recording is long. */
export async function audioTranscriptions(exchange: Exchange): Promise<void> {
  const form = parseForm(exchange.body, exchange.request.headers['content-type'] ?? '');
  const model = findModel(form.fields.get('model'), 'transcription');
  if (model === undefined) return modelNotFound(exchange, form.fields.get('model'));
  const file = form.files.get('file');
  if (file === undefined) {
    throw new BadRequest("Missing required parameter: 'file'.", 'file');
  }
  const format = form.fields.get('response_format') ?? 'json';
  if (!FORMATS.includes(format)) {
    throw new BadRequest(
      `Invalid value for 'response_format'. Supported values are: ${FORMATS.join(', ')}.`,
      'response_format',
      'invalid_value',
    );
  }
  const seconds = secondsOf(file);
  const { produced, faults, outlet } = exchange;
  produced.model = model.id;
  await pause(faults.delayMs ?? latencyMs(Math.random, model.firstTokenMs), outlet.closed);
  if (!outlet.isOpen) return;
  produced.audioSeconds = seconds;
  const words = pieces(0, Math.max(1, Math.round(seconds * WORDS_PER_SECOND)));
  produced.outputTokens = words.length;
  const text = words.join('');
  if (format === 'text') {
    const bytes = Buffer.from(`${text}\n`);
    outlet.head(200, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': bytes.length,
    });
    await outlet.end(bytes);
    return;
  }
  await exchange.json(200, {
    text,
    ...(format === 'verbose_json' ? { task: 'transcribe', language: 'english' } : {}),
    ...(format === 'verbose_json' ? { duration: seconds, segments: [] } : {}),
    ...(faults.noUsage
      ? {}
      : { usage: { type: 'duration', seconds: Math.ceil(seconds), ...faults.usage } }),
  });
}
