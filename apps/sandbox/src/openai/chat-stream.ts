import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import type { AnswerPlan } from './answer-plan.js';
import type { ChatRequest } from './chat-request.js';
import { reportedUsage, usageObject } from './usage-object.js';

/** Bytes of the one content line that `long-line` sends: above every sensible cap. */
const LONG_LINE_BYTES = 10_485_760;
/** Pieces that have bytes beyond ASCII, for `split-utf8`. */
const WIDE_PIECES = [' Grüße', ' 水', ' 🌊', ' größer', ' naïve'];

/** Streams a planned answer as OpenAI does: role, one token a chunk, finish reason, usage, `[DONE]`. */
export async function streamChat(
  exchange: Exchange,
  request: ChatRequest,
  plan: AnswerPlan,
): Promise<void> {
  const { faults, outlet, produced } = exchange;
  const writer = new ChunkWriter(exchange, plan.model.id, request.includeUsage);
  if (faults.delayMs !== null) await pause(plan.firstTokenMs, outlet.closed);
  outlet.head(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': exchange.id,
  });
  if (faults.delayMs === null) await pause(plan.firstTokenMs, outlet.closed);
  if (plan.reasoningTokens > 0) await pause(plan.reasoningTokens * plan.tokenMs, outlet.closed);
  if (!outlet.isOpen) return;
  produced.reasoningTokens = plan.reasoningTokens;
  produced.outputTokens = plan.reasoningTokens;
  if (faults.silenceAfterChunks === 0) return outlet.fallSilent();

  if (!(await writer.choices(plan.pieces.length, { role: 'assistant', content: '' }))) return;
  if (!(await writeContent(exchange, plan, writer))) return;
  if (!(await writer.choices(plan.pieces.length, {}, plan.finishReason))) return;
  if (request.includeUsage && !(await writeUsage(exchange, writer))) return;
  await outlet.end(faults.malformed === 'no-done' ? undefined : writer.frame('[DONE]'));
}

/** The content chunks. @returns whether the stream goes on. */
async function writeContent(
  exchange: Exchange,
  plan: AnswerPlan,
  writer: ChunkWriter,
): Promise<boolean> {
  const { faults, outlet, produced } = exchange;
  const length = plan.pieces[0]?.length ?? 0;
  let owedMs = 0;
  for (let i = 0; i < length; i++) {
    if (faults.silenceAfterChunks === i && i > 0) {
      await outlet.fallSilent();
      return false;
    }
    if (faults.malformed === 'error-in-200' && i === Math.min(3, length - 1)) {
      await outlet.write(writer.frame(JSON.stringify(ERROR_IN_200)));
      await outlet.end();
      return false;
    }
    owedMs += i === 0 ? 0 : plan.tokenMs;
    if (owedMs >= 1) {
      const before = performance.now();
      await pause(owedMs, outlet.closed);
      // Timers are late; what they were late is not owed again, so the stream keeps its speed.
      owedMs -= performance.now() - before;
    }
    for (let choice = 0; choice < plan.pieces.length; choice++) {
      let piece = plan.pieces[choice]?.[i] ?? '';
      if (faults.malformed === 'split-utf8') piece = WIDE_PIECES[i % WIDE_PIECES.length] ?? piece;
      if (faults.malformed === 'long-line' && i === 0) piece = 'w'.repeat(LONG_LINE_BYTES);
      if (!(await writer.content(choice, piece))) return false;
      produced.outputTokens++;
    }
  }
  return true;
}

async function writeUsage(exchange: Exchange, writer: ChunkWriter): Promise<boolean> {
  const { faults, outlet, produced } = exchange;
  const usage = reportedUsage(produced, faults);
  if (usage === undefined) return true;
  if (faults.malformed === 'two-usages') {
    const early = { ...usageObject(produced), completion_tokens: 1 };
    if (!(await outlet.write(writer.usageFrame(early)))) return false;
  }
  return outlet.write(writer.usageFrame(usage));
}

const ERROR_IN_200 = {
  error: {
    message: 'The server had an error processing your request.',
    type: 'server_error',
    param: null,
    code: null,
  },
};

/** Renders and writes `chat.completion.chunk` events. */
class ChunkWriter {
  readonly #exchange: Exchange;
  readonly #head: string;
  readonly #tail: string;
  readonly #lineEnd: string;

  constructor(exchange: Exchange, model: string, hasUsage: boolean) {
    const malformed = exchange.faults.malformed;
    this.#exchange = exchange;
    this.#lineEnd = malformed === 'crlf' ? '\r\n' : malformed === 'cr' ? '\r' : '\n';
    const created = Math.floor(Date.now() / 1_000);
    const id = JSON.stringify(`chatcmpl-${exchange.id}`);
    this.#head = `{"id":${id},"object":"chat.completion.chunk","created":${String(created)},"model":"${model}","service_tier":"default","system_fingerprint":"fp_sandbox","choices":[`;
    this.#tail = hasUsage && !exchange.faults.noUsage ? '],"usage":null}' : ']}';
  }

  /** One content chunk. */
  async content(choice: number, piece: string): Promise<boolean> {
    return this.#write(this.#choice(choice, `{"content":${JSON.stringify(piece)}}`, 'null'));
  }

  /** The same delta for every choice. */
  async choices(
    count: number,
    delta: object,
    finishReason: string | null = null,
  ): Promise<boolean> {
    for (let choice = 0; choice < count; choice++) {
      const json = this.#choice(choice, JSON.stringify(delta), JSON.stringify(finishReason));
      if (!(await this.#write(json))) return false;
    }
    return true;
  }

  /** The chunk that says nothing but usage. */
  usageFrame(usage: object | null): Buffer {
    return this.frame(`${this.#head}],"usage":${JSON.stringify(usage)}}`);
  }

  /** An event with these data. */
  frame(data: string): Buffer {
    return Buffer.from(`data: ${data}${this.#lineEnd}${this.#lineEnd}`);
  }

  #choice(index: number, delta: string, finishReason: string): string {
    return `${this.#head}{"index":${String(index)},"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}${this.#tail}`;
  }

  async #write(json: string): Promise<boolean> {
    const { faults, outlet } = this.#exchange;
    const bytes = this.frame(json);
    if (faults.malformed !== 'split-utf8') return outlet.write(bytes);
    const wide = bytes.findIndex((byte) => byte >= 0x80);
    if (wide === -1) return outlet.write(bytes);
    // Two packets that part inside a character.
    if (!(await outlet.write(bytes.subarray(0, wide + 1)))) return false;
    await pause(2, outlet.closed);
    return outlet.write(bytes.subarray(wide + 1));
  }
}
