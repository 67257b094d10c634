import type { Exchange } from '../exchange.js';
import { planAnswer } from '../simulation/answer-plan.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { produceWhole } from '../simulation/answer-stream.js';
import { parseObject } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import { InvalidRequest, OVERLOADED, requestId } from './errors.js';
import { AnswerMessage } from './answer-message.js';
import { readCountRequest, readMessagesRequest } from './messages-request.js';
import type { MessagesRequest } from './messages-request.js';
import { streamMessage } from './messages-stream.js';
import { cachePrompt, countPrompt } from './prompt.js';

/** Tokens of thinking where the model itself names none. */
const THINKING_TOKENS = [24, 160] as const;

/** POST /messages. */
export async function messages(exchange: Exchange): Promise<void> {
  const request = readMessagesRequest(bodyOf(exchange));
  const { produced, faults } = exchange;
  produced.model = request.model.id;
  produced.streamed = request.stream;
  const prompt = await cachePrompt(request, exchange.credential);
  produced.promptTokens = prompt.uncached + prompt.read + prompt.written5m + prompt.written1h;
  produced.cachedTokens = prompt.read;
  produced.cacheWrite5mTokens = prompt.written5m;
  produced.cacheWrite1hTokens = prompt.written1h;
  if (produced.promptTokens > request.model.contextTokens) {
    throw new InvalidRequest(
      '',
      `prompt is too long: ${String(produced.promptTokens)} tokens > ${String(request.model.contextTokens)} maximum`,
    );
  }
  const plan = await planMessage(request, exchange);
  const message = new AnswerMessage(exchange, request, plan);
  if (request.stream) return streamMessage(exchange, message, plan);
  if (!(await produceWhole(exchange, plan))) return;
  if (faults.malformed === 'error-in-200') {
    return exchange.json(200, { type: 'error', error: OVERLOADED });
  }
  await exchange.json(200, message.whole(), { 'request-id': requestId(exchange) });
}

async function planMessage(request: MessagesRequest, { faults }: Exchange): Promise<AnswerPlan> {
  const { model, thinking } = request;
  const wanted = model.reasoningTokens[1] > 0 ? model.reasoningTokens : THINKING_TOKENS;
  const most = thinking?.budgetTokens ?? Infinity;
  return planAnswer(
    {
      model,
      maxTokens: request.maxTokens,
      choices: 1,
      stops: request.stops,
      tools: request.situation,
      hasPreface: true,
      jsonSchema: request.jsonSchema,
      reasoningTokens:
        thinking === null ? [0, 0] : [Math.min(wanted[0], most), Math.min(wanted[1], most)],
    },
    faults,
  );
}

/** POST /messages/count_tokens. */
export async function countMessageTokens(exchange: Exchange): Promise<void> {
  const request = readCountRequest(bodyOf(exchange));
  await exchange.json(
    200,
    { input_tokens: await countPrompt(request) },
    { 'request-id': requestId(exchange) },
  );
}

function bodyOf(exchange: Exchange): JsonObject {
  const json = parseObject(exchange.body);
  if (json === null) throw new InvalidRequest('', 'The request body is not valid JSON');
  return json;
}
