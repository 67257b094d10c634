import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { findModel } from '../simulation/models.js';
import { planAnswer } from './answer-plan.js';
import type { AnswerPlan } from './answer-plan.js';
import { parseBody, readChatRequest } from './chat-request.js';
import { streamChat } from './chat-stream.js';
import { modelNotFound } from './errors.js';
import { answerPrerendered } from './prerendered.js';
import { reportedUsage } from './usage-object.js';

/** POST /chat/completions. */
export async function chatCompletions(exchange: Exchange): Promise<void> {
  const request = readChatRequest(parseBody(exchange.body));
  const model = findModel(request.model, 'chat');
  if (model === undefined) return modelNotFound(exchange, request.model);
  const { produced, faults } = exchange;
  produced.model = model.id;
  produced.streamed = request.stream;
  if (model.isPrerendered && !request.stream && isPlain(exchange)) {
    return answerPrerendered(exchange);
  }
  const plan = await planAnswer(request, model, faults);
  produced.promptTokens = plan.promptTokens;
  produced.cachedTokens = plan.cachedTokens;
  if (request.stream) return streamChat(exchange, request, plan);
  return answerWhole(exchange, plan);
}

/** Whether nothing but a delay is asked of a pre-rendered answer. */
function isPlain(exchange: Exchange): boolean {
  const { faults } = exchange;
  return (
    faults.cutAfterBytes === null &&
    faults.silenceAfterChunks === null &&
    faults.malformed === null &&
    !faults.noUsage &&
    faults.usage === null &&
    faults.chunks === null
  );
}

async function answerWhole(exchange: Exchange, plan: AnswerPlan): Promise<void> {
  const { faults, outlet, produced } = exchange;
  const visible = plan.pieces.reduce((sum, answer) => sum + answer.length, 0);
  const workMs = (plan.reasoningTokens + (plan.pieces[0]?.length ?? 0)) * plan.tokenMs;
  const waitMs = faults.delayMs ?? plan.firstTokenMs + workMs;
  await pause(waitMs, outlet.closed);
  if (!outlet.isOpen) return;
  produced.reasoningTokens = plan.reasoningTokens;
  produced.outputTokens = plan.reasoningTokens + visible;
  if (faults.silenceAfterChunks !== null) return outlet.fallSilent();
  if (faults.malformed === 'error-in-200') {
    const error = {
      message: 'The server had an error.',
      type: 'server_error',
      param: null,
      code: null,
    };
    return exchange.json(200, { error });
  }
  const usage = reportedUsage(produced, faults);
  await exchange.json(200, {
    id: `chatcmpl-${exchange.id}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1_000),
    model: plan.model.id,
    choices: plan.pieces.map((answer, index) => ({
      index,
      message: { role: 'assistant', content: answer.join(''), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: plan.finishReason,
    })),
    ...(usage === undefined ? {} : { usage }),
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  });
}
