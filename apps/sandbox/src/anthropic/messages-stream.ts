import type { Exchange } from '../exchange.js';
import { SseWriter } from '../faults/sse-writer.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { openStream, streamAnswer, thinkHidden } from '../simulation/answer-stream.js';
import type { AnswerSink } from '../simulation/answer-stream.js';
import type { PlannedCall } from '../simulation/tool-use.js';
import type { AnswerMessage } from './answer-message.js';
import { OVERLOADED, requestId } from './errors.js';
import { signatureOf } from './signature.js';

/** Streams a planned answer as Anthropic does: a message of blocks, each opened, filled and closed. */
export async function streamMessage(
  exchange: Exchange,
  message: AnswerMessage,
  plan: AnswerPlan,
): Promise<void> {
  const { faults, outlet } = exchange;
  const isHidden = plan.reasoning.length > 0 && message.thinkingKind !== 'shown';
  const writer = new MessageWriter(exchange, message, isHidden);
  const isOpen = await openStream(exchange, plan, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': requestId(exchange),
  });
  if (!isOpen || !(await writer.begin())) return;
  if (isHidden && !((await thinkHidden(exchange, plan)) && (await writer.hiddenThinking()))) return;
  if (!(await streamAnswer(exchange, plan, writer))) return;
  if (!(await writer.finish(plan))) return;
  await outlet.end(faults.malformed === 'no-done' ? undefined : writer.stop());
}

/** Renders and writes the events. */
class MessageWriter implements AnswerSink {
  readonly thinking?: (piece: string) => Promise<boolean>;
  readonly #exchange: Exchange;
  readonly #message: AnswerMessage;
  readonly #sse: SseWriter;
  /** The block that is open. */
  #open: 'thinking' | 'text' | 'tool_use' | null = null;
  #blocks = 0;
  #thought = '';

  constructor(exchange: Exchange, message: AnswerMessage, isThinkingHidden: boolean) {
    this.#exchange = exchange;
    this.#message = message;
    this.#sse = new SseWriter(exchange);
    if (!isThinkingHidden) this.thinking = async (piece) => this.#think(piece);
  }

  async begin(): Promise<boolean> {
    return this.#write('message_start', { message: this.#message.begun() });
  }

  /** Thinking of which only a signature or sealed data is told. */
  async hiddenThinking(): Promise<boolean> {
    if (this.#message.thinkingKind === 'redacted') {
      const block = { type: 'redacted_thinking', data: this.#message.redactedData() };
      return (await this.#start(block)) && this.#closeBlock();
    }
    this.#open = 'thinking';
    return (await this.#start({ type: 'thinking', thinking: '', signature: '' })) && this.#close();
  }

  async text(_choice: number, text: string): Promise<boolean> {
    if (this.#open !== 'text') {
      if (!(await this.#close()) || !(await this.#start({ type: 'text', text: '' }))) return false;
      this.#open = 'text';
      if (this.#blocks === 1 && !(await this.#write('ping'))) return false;
    }
    return this.#delta({ type: 'text_delta', text });
  }

  async callStart(_choice: number, index: number, call: PlannedCall): Promise<boolean> {
    if (!(await this.#close())) return false;
    const block = {
      type: 'tool_use',
      id: this.#message.toolUseId(index),
      name: call.name,
      input: {},
      caller: { type: 'direct' },
    };
    if (!(await this.#start(block))) return false;
    this.#open = 'tool_use';
    return this.#delta({ type: 'input_json_delta', partial_json: '' });
  }

  async callPiece(_choice: number, _index: number, piece: string): Promise<boolean> {
    return this.#delta({ type: 'input_json_delta', partial_json: piece });
  }

  async error(): Promise<void> {
    await this.#write('error', { error: OVERLOADED });
    await this.#exchange.outlet.end();
  }

  async brokenJson(): Promise<boolean> {
    return this.#sse.write('{"type":"content_block_delta","index":', 'content_block_delta');
  }

  /** Closes what is open and says how the answer ended. */
  async finish(plan: AnswerPlan): Promise<boolean> {
    if (!(await this.#close())) return false;
    const usage = this.#message.usage();
    return this.#write('message_delta', {
      delta: {
        stop_reason: this.#message.stopReason,
        stop_sequence: plan.choices[0]?.stopSequence ?? null,
        stop_details: this.#message.stopDetails,
      },
      ...(usage === undefined ? {} : { usage }),
    });
  }

  /** The last event. */
  stop(): Buffer {
    return this.#sse.frame('{"type":"message_stop"}', 'message_stop');
  }

  async #think(piece: string): Promise<boolean> {
    if (this.#open !== 'thinking') {
      if (!(await this.#start({ type: 'thinking', thinking: '', signature: '' }))) return false;
      this.#open = 'thinking';
    }
    this.#thought += piece;
    return this.#delta({ type: 'thinking_delta', thinking: piece });
  }

  /** Closes the block that is open, if one is. */
  async #close(): Promise<boolean> {
    const open = this.#open;
    if (open === null) return true;
    this.#open = null;
    if (open === 'thinking') {
      const signature = signatureOf(this.#thought);
      if (!(await this.#delta({ type: 'signature_delta', signature }))) return false;
    }
    return this.#closeBlock();
  }

  async #closeBlock(): Promise<boolean> {
    return this.#write('content_block_stop', { index: this.#blocks - 1 });
  }

  async #start(block: object): Promise<boolean> {
    const index = this.#blocks++;
    return this.#write('content_block_start', { index, content_block: block });
  }

  async #delta(delta: object): Promise<boolean> {
    return this.#write('content_block_delta', { index: this.#blocks - 1, delta });
  }

  async #write(type: string, members: object = {}): Promise<boolean> {
    return this.#sse.write(JSON.stringify({ type, ...members }), type);
  }
}
