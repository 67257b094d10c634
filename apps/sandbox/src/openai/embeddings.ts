import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { findModel } from '../simulation/models.js';
import { hash32, latencyMs, seeded } from '../simulation/random.js';
import { countTokens } from '../simulation/token-counter.js';
import { BadRequest, parseBody } from './bad-request.js';
import { modelNotFound } from './errors.js';

const DIMENSIONS_DEFAULT = 256;
const DIMENSIONS_MAX = 3_072;
const INPUTS_MAX = 2_048;

/** POST /embeddings: unit vectors that depend on nothing but the text. */
export async function embeddings(exchange: Exchange): Promise<void> {
  const json = parseBody(exchange.body);
  const model = findModel(json['model'], 'embedding');
  if (model === undefined) return modelNotFound(exchange, json['model']);
  const inputs = readInputs(json['input']);
  const dimensions = readDimensions(json['dimensions']);
  const isBase64 = json['encoding_format'] === 'base64';
  const { produced, faults, outlet } = exchange;
  produced.model = model.id;
  for (const input of inputs) {
    produced.promptTokens += typeof input === 'string' ? await countTokens(input) : input.length;
  }
  await pause(faults.delayMs ?? latencyMs(Math.random, model.firstTokenMs), outlet.closed);
  if (!outlet.isOpen) return;
  const usage = { prompt_tokens: produced.promptTokens, total_tokens: produced.promptTokens };
  await exchange.json(200, {
    object: 'list',
    data: inputs.map((input, index) => {
      const vector = unitVector(typeof input === 'string' ? input : input.join(','), dimensions);
      const embedding = isBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
      return { object: 'embedding', index, embedding };
    }),
    model: model.id,
    ...(faults.noUsage ? {} : { usage: { ...usage, ...faults.usage } }),
  });
}

type Input = string | readonly number[];

/** A text, a list of tokens, or a list of either. */
function readInputs(value: unknown): readonly Input[] {
  if (typeof value === 'string') return [value];
  if (isTokens(value)) return [value];
  if (Array.isArray(value) && value.length > 0 && value.length <= INPUTS_MAX) {
    const inputs: Input[] = [];
    for (const item of value) {
      if (typeof item === 'string' || isTokens(item)) inputs.push(item);
    }
    if (inputs.length === value.length) return inputs;
  }
  throw new BadRequest("'$.input' is invalid.", 'input');
}

function isTokens(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')
  );
}

function readDimensions(value: unknown): number {
  if (value === undefined || value === null) return DIMENSIONS_DEFAULT;
  if (
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= 1 &&
    value <= DIMENSIONS_MAX
  ) {
    return value;
  }
  throw new BadRequest(
    `'dimensions' is a whole number from 1 to ${String(DIMENSIONS_MAX)}.`,
    'dimensions',
  );
}

function unitVector(text: string, dimensions: number): Float32Array {
  const random = seeded(hash32(text));
  const vector = Float32Array.from({ length: dimensions }, () => random() - 0.5);
  let squares = 0;
  for (const part of vector) squares += part * part;
  const length = Math.sqrt(squares);
  return vector.map((part) => part / length);
}
