import type { Exchange } from '../exchange.js';
import { parseObject } from '../json/json-object.js';
import { planAnswer } from '../simulation/answer-plan.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { produceWhole } from '../simulation/answer-stream.js';
import type { SimulatedModel } from '../simulation/models.js';
import { findModel } from '../simulation/models.js';
import { implicitlyCached } from '../simulation/prompt-cache.js';
import { readContents } from './contents.js';
import { errorBody, InvalidArgument, scriptedError, UnknownModel } from './errors.js';
import { countPrompt, readGenerateRequest } from './generate-request.js';
import type { GenerateRequest } from './generate-request.js';
import { streamContent } from './generate-stream.js';
import { COUNT_REQUEST, GENERATE_REQUEST } from './message-types.js';
import { readMessage } from './proto-json.js';
import { ResponseContent } from './response-content.js';

/** POST models/{model}:generateContent. */
export async function generateContent(exchange: Exchange, model: string): Promise<void> {
  const { request, plan } = await prepare(exchange, model);
  if (!(await produceWhole(exchange, plan))) return;
  if (exchange.faults.malformed === 'error-in-200') {
    return exchange.json(200, errorBody(500, scriptedError(500, null)));
  }
  await exchange.json(200, new ResponseContent(exchange, plan, request).whole());
}

/** POST models/{model}:streamGenerateContent, as server-sent events or as one JSON array. */
export async function streamGenerateContent(exchange: Exchange, model: string): Promise<void> {
  exchange.produced.streamed = true;
  const { request, plan } = await prepare(exchange, model);
  await streamContent(exchange, new ResponseContent(exchange, plan, request), plan);
}

/** POST models/{model}:countTokens. */
export async function countContentTokens(exchange: Exchange, model: string): Promise<void> {
  const known = modelOf(model);
  const json = readMessage(bodyOf(exchange), COUNT_REQUEST);
  const whole = json['generateContentRequest'];
  const request =
    whole === undefined
      ? { contents: readContents(json, false), toolText: '' }
      : readGenerateRequest(readMessage(whole, GENERATE_REQUEST), known);
  const totalTokens = await countPrompt(request);
  await exchange.json(200, {
    totalTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }],
  });
}

async function prepare(
  exchange: Exchange,
  id: string,
): Promise<{ readonly request: GenerateRequest; readonly plan: AnswerPlan }> {
  const model = modelOf(id);
  const request = readGenerateRequest(readMessage(bodyOf(exchange), GENERATE_REQUEST), model);
  const { produced, faults } = exchange;
  produced.model = model.id;
  produced.promptTokens = await countPrompt(request);
  const prompt = request.toolText + request.contents.texts.join('\n');
  produced.cachedTokens = implicitlyCached(prompt, produced.promptTokens);
  const plan = await planAnswer(
    {
      model,
      maxTokens: request.maxTokens,
      choices: request.candidates,
      stops: request.stops,
      tools: request.tools,
      hasPreface: false,
      jsonSchema: request.jsonSchema,
      reasoningTokens: reasoning(request),
    },
    faults,
  );
  return { request, plan };
}

function reasoning({ model, thinkingBudget }: GenerateRequest): readonly [number, number] {
  const [least, most] = model.reasoningTokens;
  const bound = thinkingBudget ?? Infinity;
  return [Math.min(least, bound), Math.min(most, bound)];
}

function modelOf(id: string): SimulatedModel {
  const model = findModel(id, 'chat');
  if (model !== undefined) return model;
  throw new UnknownModel(
    `models/${id} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
  );
}

function bodyOf(exchange: Exchange): unknown {
  const json = parseObject(exchange.body);
  if (json === null) throw new InvalidArgument('Invalid JSON payload received. Unexpected token.');
  return json;
}
