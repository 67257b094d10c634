import type { Exchange } from '../exchange.js';
import { SseWriter } from '../faults/sse-writer.js';
import { isObject, unknownMember } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { planAnswer } from '../simulation/answer-plan.js';
import type { AnswerPlan, PlannedChoice } from '../simulation/answer-plan.js';
import { openStream, produceWhole, streamAnswer } from '../simulation/answer-stream.js';
import type { AnswerSink } from '../simulation/answer-stream.js';
import { findModel } from '../simulation/models.js';
import { implicitlyCached } from '../simulation/prompt-cache.js';
import { countTokens } from '../simulation/token-counter.js';
import { BadRequest, numberIn, parseBody, positive, readStops } from './bad-request.js';
import { modelNotFound, SERVER_ERROR } from './errors.js';
import { reportedChatUsage } from './usage-object.js';

const MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'best_of',
  'echo',
  'frequency_penalty',
  'logit_bias',
  'logprobs',
  'max_tokens',
  'n',
  'presence_penalty',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'suffix',
  'temperature',
  'top_p',
  'user',
]);
/** What OpenAI gives where no bound is named. */
const DEFAULT_MAX_TOKENS = 16;
const CHOICES_MAX = 8;
const PROMPTS_MAX = 16;

/** POST /completions: the text completions that came before chat. */
export async function completions(exchange: Exchange): Promise<void> {
  const json = parseBody(exchange.body);
  const odd = unknownMember(json, MEMBERS);
  if (odd !== null) throw new BadRequest(`Unrecognized request argument supplied: ${odd}`, null);
  const model = findModel(json['model'], 'chat');
  if (model === undefined) return modelNotFound(exchange, json['model']);
  const prompts = readPrompts(json['prompt']);
  numberIn(json, 'temperature', { least: 0, most: 2 });
  const { produced, faults } = exchange;
  produced.model = model.id;
  produced.streamed = json['stream'] === true;
  for (const prompt of prompts) {
    produced.promptTokens += typeof prompt === 'string' ? await countTokens(prompt) : prompt.length;
  }
  produced.cachedTokens = implicitlyCached(JSON.stringify(prompts), produced.promptTokens);
  const plan = await planAnswer(
    {
      model,
      maxTokens: positive(json, 'max_tokens') ?? DEFAULT_MAX_TOKENS,
      choices: Math.min(positive(json, 'n') ?? 1, CHOICES_MAX) * prompts.length,
      stops: readStops(json['stop']),
      tools: null,
      hasPreface: false,
      jsonSchema: null,
      reasoningTokens: [0, 0],
    },
    faults,
  );
  if (produced.streamed) return stream(exchange, plan, json);
  if (!(await produceWhole(exchange, plan))) return;
  if (faults.malformed === 'error-in-200') return exchange.json(200, { error: SERVER_ERROR });
  const usage = reportedChatUsage(produced, faults);
  await exchange.json(200, {
    ...head(exchange, plan),
    choices: plan.choices.map((choice, index) => ({
      text: choice.text.join(''),
      index,
      logprobs: null,
      finish_reason: finishReason(choice),
    })),
    ...(usage === undefined ? {} : { usage }),
  });
}

async function stream(exchange: Exchange, plan: AnswerPlan, json: JsonObject): Promise<void> {
  const { faults, outlet, produced } = exchange;
  const sse = new SseWriter(exchange);
  const start = head(exchange, plan);
  const write = async (choices: readonly object[], more: object = {}): Promise<boolean> =>
    sse.write(JSON.stringify({ ...start, choices, ...more }));
  const sink: AnswerSink = {
    text: async (index, text) => write([{ text, index, logprobs: null, finish_reason: null }]),
    callStart: async () => Promise.resolve(true),
    callPiece: async () => Promise.resolve(true),
    error: async () => {
      await sse.write(JSON.stringify({ error: SERVER_ERROR }));
      await outlet.end();
    },
    brokenJson: async () => sse.write('{"id":"cmpl-broken","choices":[{"text":'),
  };
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'x-request-id': exchange.id,
  };
  if (!(await openStream(exchange, plan, headers))) return;
  if (!(await streamAnswer(exchange, plan, sink))) return;
  for (const [index, choice] of plan.choices.entries()) {
    const last = { text: '', index, logprobs: null, finish_reason: finishReason(choice) };
    if (!(await write([last]))) return;
  }
  const options = json['stream_options'];
  if (isObject(options) && options['include_usage'] === true) {
    const usage = reportedChatUsage(produced, faults);
    if (usage !== undefined && !(await write([], { usage }))) return;
  }
  await outlet.end(faults.malformed === 'no-done' ? undefined : sse.frame('[DONE]'));
}

function head(exchange: Exchange, plan: AnswerPlan): object {
  return {
    id: `cmpl-${exchange.id}`,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1_000),
    model: plan.model.id,
    system_fingerprint: 'fp_sandbox',
  };
}

function finishReason(choice: PlannedChoice): string {
  if (choice.ending === 'filter') return 'content_filter';
  return choice.ending === 'length' ? 'length' : 'stop';
}

/** A text, a list of tokens, or a list of either. */
function readPrompts(value: unknown): readonly (string | readonly unknown[])[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.length > 0) {
    const list: readonly unknown[] = value;
    if (list.every((one) => typeof one === 'number')) return [list];
    const prompts: (string | readonly unknown[])[] = [];
    for (const one of list) if (typeof one === 'string' || Array.isArray(one)) prompts.push(one);
    if (prompts.length === list.length && prompts.length <= PROMPTS_MAX) return prompts;
  }
  throw new BadRequest("Missing or invalid required parameter: 'prompt'.", 'prompt');
}
