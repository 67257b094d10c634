import type { Exchange } from '../exchange.js';
import { SseWriter } from '../faults/sse-writer.js';
import type { AnswerPlan, PlannedChoice } from '../simulation/answer-plan.js';
import { openStream, streamAnswer, thinkHidden } from '../simulation/answer-stream.js';
import type { AnswerSink } from '../simulation/answer-stream.js';
import type { PlannedCall } from '../simulation/tool-use.js';
import type { ChatRequest } from './chat-request.js';
import { callId, finishReason } from './chat-answer.js';
import { SERVER_ERROR } from './errors.js';
import { chatUsage, reportedChatUsage } from './usage-object.js';

/** Streams a planned answer as OpenAI does: role, one token a chunk, finish reason, usage, `[DONE]`. */
export async function streamChat(
  exchange: Exchange,
  request: ChatRequest,
  plan: AnswerPlan,
): Promise<void> {
  const { faults, outlet } = exchange;
  const writer = new ChunkWriter(exchange, plan, request.includeUsage);
  const isOpen = await openStream(exchange, plan, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': exchange.id,
  });
  if (!isOpen || !(await thinkHidden(exchange, plan))) return;
  if (!(await writer.roles()) || !(await streamAnswer(exchange, plan, writer))) return;
  if (!(await writer.finishes())) return;
  if (request.includeUsage && !(await writeUsage(exchange, writer))) return;
  await outlet.end(faults.malformed === 'no-done' ? undefined : writer.sse.frame('[DONE]'));
}

async function writeUsage(exchange: Exchange, writer: ChunkWriter): Promise<boolean> {
  const { faults, produced } = exchange;
  const usage = reportedChatUsage(produced, faults);
  if (usage === undefined) return true;
  if (faults.malformed === 'two-usages') {
    const early = { ...chatUsage(produced), completion_tokens: 1 };
    if (!(await writer.usage(early))) return false;
  }
  return writer.usage(usage);
}

/** Renders and writes `chat.completion.chunk` events. */
class ChunkWriter implements AnswerSink {
  readonly sse: SseWriter;
  readonly #exchange: Exchange;
  readonly #choices: readonly PlannedChoice[];
  readonly #head: string;
  readonly #tail: string;

  constructor(exchange: Exchange, plan: AnswerPlan, hasUsage: boolean) {
    this.#exchange = exchange;
    this.#choices = plan.choices;
    this.sse = new SseWriter(exchange);
    const created = Math.floor(Date.now() / 1_000);
    const id = JSON.stringify(`chatcmpl-${exchange.id}`);
    this.#head = `{"id":${id},"object":"chat.completion.chunk","created":${String(created)},"model":"${plan.model.id}","service_tier":"default","system_fingerprint":"fp_sandbox","choices":[`;
    this.#tail = hasUsage && !exchange.faults.noUsage ? '],"usage":null}' : ']}';
  }

  /** Opens every choice. */
  async roles(): Promise<boolean> {
    for (const [index, choice] of this.#choices.entries()) {
      const content = choice.text.length === 0 && choice.calls.length > 0 ? null : '';
      const delta = { role: 'assistant', content, refusal: null };
      if (!(await this.#choice(index, JSON.stringify(delta)))) return false;
    }
    return true;
  }

  /** One content chunk. */
  async text(choice: number, piece: string): Promise<boolean> {
    const name = this.#choices[choice]?.ending === 'refusal' ? 'refusal' : 'content';
    return this.#choice(choice, `{"${name}":${JSON.stringify(piece)}}`);
  }

  async callStart(choice: number, index: number, call: PlannedCall): Promise<boolean> {
    const id = callId(this.#exchange, choice, index);
    const start = { index, id, type: 'function', function: { name: call.name, arguments: '' } };
    return this.#choice(choice, JSON.stringify({ tool_calls: [start] }));
  }

  async callPiece(choice: number, index: number, piece: string): Promise<boolean> {
    return this.#choice(
      choice,
      JSON.stringify({ tool_calls: [{ index, function: { arguments: piece } }] }),
    );
  }

  async error(): Promise<void> {
    await this.sse.write(JSON.stringify({ error: SERVER_ERROR }));
    await this.#exchange.outlet.end();
  }

  async brokenJson(): Promise<boolean> {
    return this.sse.write('{"id":"chatcmpl-broken","choices":[{"delta":');
  }

  /** Says how every choice ended. */
  async finishes(): Promise<boolean> {
    for (const [index, choice] of this.#choices.entries()) {
      if (!(await this.#choice(index, '{}', JSON.stringify(finishReason(choice))))) return false;
    }
    return true;
  }

  /** The chunk that says nothing but usage. */
  async usage(usage: object | null): Promise<boolean> {
    return this.sse.write(`${this.#head}],"usage":${JSON.stringify(usage)}}`);
  }

  async #choice(index: number, delta: string, finish = 'null'): Promise<boolean> {
    const choice = `{"index":${String(index)},"delta":${delta},"logprobs":null,"finish_reason":${finish}}`;
    return this.sse.write(`${this.#head}${choice}${this.#tail}`);
  }
}
