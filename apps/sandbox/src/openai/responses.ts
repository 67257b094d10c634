import type { Exchange } from '../exchange.js';
import { isObject, textOf, unknownMember } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { planAnswer } from '../simulation/answer-plan.js';
import { produceWhole } from '../simulation/answer-stream.js';
import { findModel } from '../simulation/models.js';
import type { SimulatedModel } from '../simulation/models.js';
import { implicitlyCached } from '../simulation/prompt-cache.js';
import { countTokens } from '../simulation/token-counter.js';
import { BadRequest, numberIn, parseBody } from './bad-request.js';
import { ANY_OBJECT, readJsonSchema } from './chat-request.js';
import { modelNotFound, refuse, SERVER_ERROR } from './errors.js';
import { readInput } from './responses-input.js';
import type { ResponsesInput } from './responses-input.js';
import { ResponseObject } from './response-object.js';
import { streamResponse } from './responses-stream.js';
import { readTools } from './tools.js';

const MEMBERS: ReadonlySet<string> = new Set([
  'background',
  'conversation',
  'context_management',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'model',
  'moderation',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
]);
/** OpenAI takes no smaller bound here. */
const OUTPUT_TOKENS_MIN = 16;
const IMAGE_TOKENS = 85;

/** POST /responses. */
export async function responses(exchange: Exchange): Promise<void> {
  const json = parseBody(exchange.body);
  const odd = unknownMember(json, MEMBERS);
  if (odd !== null) {
    throw new BadRequest(`Unknown parameter: '${odd}'.`, odd, 'unknown_parameter');
  }
  const model = findModel(json['model'], 'chat');
  if (model === undefined) return modelNotFound(exchange, json['model']);
  const input = readInput(json['input']);
  if (json['previous_response_id'] != null) {
    return refuse(exchange, 400, {
      message: `Previous response with id '${textOf(json, 'previous_response_id')}' not found.`,
      type: 'invalid_request_error',
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    });
  }
  const { produced, faults } = exchange;
  produced.model = model.id;
  produced.streamed = json['stream'] === true;
  await countPrompt(exchange, json, input);
  const plan = await planAnswer(answerRequest(json, input, model), faults);
  const object = new ResponseObject(exchange, json, plan);
  if (produced.streamed) return streamResponse(exchange, object, plan);
  if (!(await produceWhole(exchange, plan))) return;
  if (faults.malformed === 'error-in-200') return exchange.json(200, { error: SERVER_ERROR });
  await exchange.json(200, object.whole());
}

function answerRequest(
  json: JsonObject,
  input: ResponsesInput,
  model: SimulatedModel,
): Parameters<typeof planAnswer>[0] {
  numberIn(json, 'temperature', { least: 0, most: 2 });
  numberIn(json, 'top_p', { least: 0, most: 1 });
  const bound = { least: OUTPUT_TOKENS_MIN, most: Number.MAX_SAFE_INTEGER, isWhole: true };
  return {
    model,
    maxTokens: numberIn(json, 'max_output_tokens', bound),
    choices: 1,
    stops: [],
    tools: readTools(json, 'flat', input.lastUserText),
    hasPreface: false,
    jsonSchema: readFormat(json['text'], input),
    reasoningTokens:
      textOf(json['reasoning'], 'effort') === 'none' ? [0, 0] : model.reasoningTokens,
  };
}

async function countPrompt(
  exchange: Exchange,
  json: JsonObject,
  input: ResponsesInput,
): Promise<void> {
  const { produced } = exchange;
  const tools = json['tools'] == null ? '' : JSON.stringify(json['tools']);
  const texts = [textOf(json, 'instructions'), ...input.texts];
  let tokens = 3 + input.images * IMAGE_TOKENS + (await countTokens(tools));
  for (const text of texts) if (text !== '') tokens += 4 + (await countTokens(text));
  produced.promptTokens = tokens;
  produced.cachedTokens = implicitlyCached(tools + texts.join('\n'), tokens);
}

function readFormat(text: unknown, input: ResponsesInput): unknown {
  const format = isObject(text) ? text['format'] : undefined;
  const type = textOf(format, 'type');
  if (format === undefined || format === null || type === 'text') return null;
  if (type === 'json_object') {
    if (!input.texts.some((one) => /json/i.test(one))) {
      throw new BadRequest(
        "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
        'input',
      );
    }
    return ANY_OBJECT;
  }
  if (type === 'json_schema' && isObject(format)) return readJsonSchema(format, 'text.format');
  throw new BadRequest(
    `Invalid value: '${type}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
    'text.format.type',
    'invalid_value',
  );
}
