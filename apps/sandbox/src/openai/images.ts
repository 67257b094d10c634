import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { textOf } from '../json/json-object.js';
import { findModel } from '../simulation/models.js';
import { latencyMs } from '../simulation/random.js';
import { reportedUsage } from '../simulation/reported-usage.js';
import { countTokens } from '../simulation/token-counter.js';
import { BadRequest, numberIn, parseBody } from './bad-request.js';
import { modelNotFound } from './errors.js';

/** A whole PNG of one transparent point. */
const PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const IMAGES_MAX = 10;
const SIZE = /^(\d{2,4})x(\d{2,4})$/;
const SIZE_DEFAULT = '1024x1024';
/** Points of a picture that one output token stands for. */
const POINTS_PER_TOKEN = 1_024;
const NAMES = {
  prompt: 'input_tokens',
  output: 'output_tokens',
  total: 'total_tokens',
  details: ['input_tokens_details', 'output_tokens_details'],
};

/** POST /images/generations. */
export async function imageGenerations(exchange: Exchange): Promise<void> {
  const json = parseBody(exchange.body);
  const model = findModel(json['model'], 'image');
  if (model === undefined) return modelNotFound(exchange, json['model']);
  const prompt = textOf(json, 'prompt');
  if (prompt === '') {
    throw new BadRequest(
      "Missing required parameter: 'prompt'.",
      'prompt',
      'missing_required_parameter',
    );
  }
  const images = numberIn(json, 'n', { least: 1, most: IMAGES_MAX, isWhole: true }) ?? 1;
  const size = readSize(json['size']);
  const [, width, height] = SIZE.exec(size) ?? [];
  const { produced, faults, outlet } = exchange;
  produced.model = model.id;
  produced.promptTokens = await countTokens(prompt);
  await pause(faults.delayMs ?? latencyMs(Math.random, model.firstTokenMs), outlet.closed);
  if (!outlet.isOpen) return;
  produced.images = images;
  produced.outputTokens = images * Math.ceil((Number(width) * Number(height)) / POINTS_PER_TOKEN);
  const truth = {
    input_tokens: produced.promptTokens,
    input_tokens_details: { text_tokens: produced.promptTokens, image_tokens: 0 },
    output_tokens: produced.outputTokens,
    total_tokens: produced.promptTokens + produced.outputTokens,
  };
  const usage = reportedUsage(truth, NAMES, faults);
  await exchange.json(200, {
    created: Math.floor(Date.now() / 1_000),
    background: 'opaque',
    output_format: 'png',
    quality: 'medium',
    size,
    data: Array.from({ length: images }, () => ({ b64_json: PNG_BASE64 })),
    ...(usage === undefined ? {} : { usage }),
  });
}

function readSize(value: unknown): string {
  if (value === undefined || value === null || value === 'auto') return SIZE_DEFAULT;
  if (typeof value === 'string' && SIZE.test(value)) return value;
  throw new BadRequest("Invalid 'size': expected e.g. '1024x1024'.", 'size', 'invalid_value');
}
