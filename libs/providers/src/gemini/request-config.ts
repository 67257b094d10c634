import type { OutputFormat, Reasoning, Sampling } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { member, snakeCase } from './members.js';
import type { Json } from './members.js';
import { jsonSchemaOf } from './schema.js';

/** What `generationConfig` says. */
export interface RequestConfig {
  readonly sampling: Sampling;
  readonly maxTokens: number | null;
  readonly choices: number;
  readonly output: OutputFormat;
  readonly reasoning: Reasoning | null;
}

const CONFIG = 'generationConfig';

/** Members with a place in a conversation; `responseModalities` is checked, and text is what all give. */
const PLACED: ReadonlySet<string> = new Set(
  [
    'temperature',
    'topP',
    'topK',
    'seed',
    'stopSequences',
    'presencePenalty',
    'frequencyPenalty',
    'candidateCount',
    'maxOutputTokens',
    'responseMimeType',
    'responseSchema',
    'responseJsonSchema',
    'responseModalities',
    'thinkingConfig',
  ].flatMap((name) => [name, snakeCase(name)]),
);

/** Reads `generationConfig`; what has no place in a conversation is dropped by its name. */
export function readGeminiConfig(json: Json, intake: RequestIntake): RequestConfig {
  const config = intake.record(member(json, CONFIG) ?? {}, CONFIG);
  for (const key in config) {
    if (!PLACED.has(key) && config[key] !== null) intake.drop(`${CONFIG}.${key}`);
  }
  checkModalities(config, intake);
  const number = (name: string): number | null =>
    intake.optionalNumber(member(config, name), `${CONFIG}.${name}`);
  const stop = intake.list(member(config, 'stopSequences') ?? [], `${CONFIG}.stopSequences`);
  return {
    sampling: {
      temperature: number('temperature'),
      topP: number('topP'),
      topK: number('topK'),
      seed: number('seed'),
      stop: stop.map((one, i) => intake.text(one, `${CONFIG}.stopSequences[${i}]`)),
      presencePenalty: number('presencePenalty'),
      frequencyPenalty: number('frequencyPenalty'),
    },
    maxTokens: number('maxOutputTokens'),
    choices: number('candidateCount') ?? 1,
    output: readOutput(config, intake),
    reasoning: readThinking(config, intake),
  };
}

function checkModalities(config: Json, intake: RequestIntake): void {
  const modalities = member(config, 'responseModalities') ?? [];
  const isText = intake
    .list(modalities, `${CONFIG}.responseModalities`)
    .every((one) => one === 'TEXT' || one === 'MODALITY_UNSPECIFIED');
  if (isText) return;
  const message = `\`${CONFIG}.responseModalities\` other than TEXT work with Gemini models only.`;
  intake.refuse(`${CONFIG}.responseModalities`, message);
}

function readOutput(config: Json, intake: RequestIntake): OutputFormat {
  const mediaType = member(config, 'responseMimeType') ?? 'text/plain';
  const jsonSchema = member(config, 'responseJsonSchema');
  const schema = jsonSchema ?? jsonSchemaOf(member(config, 'responseSchema'));
  if (mediaType !== 'text/plain' && mediaType !== 'application/json') {
    const message = `\`${CONFIG}.responseMimeType\` must be text/plain or application/json for this model.`;
    intake.refuse(`${CONFIG}.responseMimeType`, message);
  }
  if (schema !== undefined) {
    // The dialect has no name for it, and no word for strictness: it always keeps to the schema.
    return { type: 'json_schema', name: 'response', schema, strict: null };
  }
  return { type: mediaType === 'application/json' ? 'json' : 'text' };
}

const EFFORTS = ['minimal', 'low', 'medium', 'high'] as const;

/** A budget of 0 switches thinking off, −1 leaves it to the model. */
function readThinking(config: Json, intake: RequestIntake): Reasoning | null {
  const param = `${CONFIG}.thinkingConfig`;
  const given = member(config, 'thinkingConfig');
  if (given === undefined) return null;
  const thinking = intake.record(given, param);
  const budget = intake.optionalNumber(
    member(thinking, 'thinkingBudget'),
    `${param}.thinkingBudget`,
  );
  const level = intake.optionalText(member(thinking, 'thinkingLevel'), `${param}.thinkingLevel`);
  const effort = EFFORTS.find((one) => one === level?.toLowerCase()) ?? null;
  if (level !== null && effort === null && level !== 'THINKING_LEVEL_UNSPECIFIED') {
    intake.refuse(
      `${param}.thinkingLevel`,
      '`thinkingLevel` must be MINIMAL, LOW, MEDIUM or HIGH.',
    );
  }
  return {
    effort: budget === 0 ? 'none' : effort,
    budgetTokens: budget !== null && budget > 0 ? budget : null,
    isShown:
      intake.optionalFlag(member(thinking, 'includeThoughts'), `${param}.includeThoughts`) ?? false,
  };
}
