import type { Exchange } from '../exchange.js';
import { planAnswer } from '../simulation/answer-plan.js';
import type { AnswerPlan, PlannedChoice } from '../simulation/answer-plan.js';
import { produceWhole } from '../simulation/answer-stream.js';
import { findModel } from '../simulation/models.js';
import { implicitlyCached } from '../simulation/prompt-cache.js';
import { parseBody } from './bad-request.js';
import { callId, finishReason } from './chat-answer.js';
import { countPrompt, promptText, readChatRequest } from './chat-request.js';
import type { ChatRequest } from './chat-request.js';
import { streamChat } from './chat-stream.js';
import { modelNotFound, SERVER_ERROR } from './errors.js';
import { answerPrerendered } from './prerendered.js';
import { reportedChatUsage } from './usage-object.js';

/** POST /chat/completions. */
export async function chatCompletions(exchange: Exchange): Promise<void> {
  const request = readChatRequest(parseBody(exchange.body));
  const model = findModel(request.model, 'chat');
  if (model === undefined) return modelNotFound(exchange, request.model);
  const { produced, faults } = exchange;
  produced.model = model.id;
  produced.streamed = request.stream;
  if (model.isPrerendered && !request.stream && isPlain(exchange, request)) {
    return answerPrerendered(exchange);
  }
  produced.promptTokens = await countPrompt(request);
  produced.cachedTokens = implicitlyCached(promptText(request), produced.promptTokens);
  const plan = await planAnswer(
    {
      ...request,
      model,
      hasPreface: false,
      reasoningTokens: request.isReasoningOff ? [0, 0] : model.reasoningTokens,
    },
    faults,
  );
  if (request.stream) return streamChat(exchange, request, plan);
  return answerWhole(exchange, plan);
}

/** Whether nothing but a delay is asked of a pre-rendered answer. */
function isPlain({ faults }: Exchange, request: ChatRequest): boolean {
  return (
    faults.cutAfterBytes === null &&
    faults.silenceAfterChunks === null &&
    faults.malformed === null &&
    faults.finish === null &&
    !faults.noUsage &&
    faults.usage === null &&
    faults.chunks === null &&
    request.tools === null &&
    request.jsonSchema === null
  );
}

async function answerWhole(exchange: Exchange, plan: AnswerPlan): Promise<void> {
  const { faults, produced } = exchange;
  if (!(await produceWhole(exchange, plan))) return;
  if (faults.malformed === 'error-in-200') return exchange.json(200, { error: SERVER_ERROR });
  const usage = reportedChatUsage(produced, faults);
  await exchange.json(200, {
    id: `chatcmpl-${exchange.id}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1_000),
    model: plan.model.id,
    choices: plan.choices.map((choice, index) => ({
      index,
      message: message(exchange, choice, index),
      logprobs: null,
      finish_reason: finishReason(choice),
    })),
    ...(usage === undefined ? {} : { usage }),
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  });
}

function message(exchange: Exchange, choice: PlannedChoice, index: number): object {
  const text = choice.text.join('');
  const isRefusal = choice.ending === 'refusal';
  return {
    role: 'assistant',
    content: isRefusal || (text === '' && choice.calls.length > 0) ? null : text,
    refusal: isRefusal ? text : null,
    annotations: [],
    ...(choice.calls.length === 0
      ? {}
      : {
          tool_calls: choice.calls.map((call, i) => ({
            id: callId(exchange, index, i),
            type: 'function',
            function: { name: call.name, arguments: call.pieces.join('') },
          })),
        }),
  };
}
