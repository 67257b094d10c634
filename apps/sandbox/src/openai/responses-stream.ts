import type { Exchange } from '../exchange.js';
import { SseWriter } from '../faults/sse-writer.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { openStream, streamAnswer, thinkHidden } from '../simulation/answer-stream.js';
import type { AnswerSink } from '../simulation/answer-stream.js';
import type { ResponseObject } from './response-object.js';

/** Streams a planned answer as the Responses API does: named events, each with its place in the sequence. */
export async function streamResponse(
  exchange: Exchange,
  object: ResponseObject,
  plan: AnswerPlan,
): Promise<void> {
  const { faults, outlet } = exchange;
  const writer = new ResponseWriter(exchange, object, plan);
  const isOpen = await openStream(exchange, plan, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': exchange.id,
  });
  if (!isOpen || !(await writer.begin()) || !(await thinkHidden(exchange, plan))) return;
  if (!(await writer.reasoning()) || !(await streamAnswer(exchange, plan, writer))) return;
  if (!(await writer.close())) return;
  if (faults.malformed !== 'no-done' && !(await writer.whole())) return;
  await outlet.end();
}

/** Renders and writes the events. */
class ResponseWriter implements AnswerSink {
  readonly #exchange: Exchange;
  readonly #object: ResponseObject;
  readonly #plan: AnswerPlan;
  readonly #sse: SseWriter;
  #sequence = 0;
  /** Items begun so far. */
  #items = 0;
  /** Closes the item that is open. */
  #closeItem: (() => Promise<boolean>) | null = null;
  #said = '';

  constructor(exchange: Exchange, object: ResponseObject, plan: AnswerPlan) {
    this.#exchange = exchange;
    this.#object = object;
    this.#plan = plan;
    this.#sse = new SseWriter(exchange);
  }

  async begin(): Promise<boolean> {
    const response = this.#object.begun();
    return (
      (await this.#write('response.created', { response })) &&
      this.#write('response.in_progress', { response })
    );
  }

  /** Reasoning is an item without text. */
  async reasoning(): Promise<boolean> {
    if (this.#plan.reasoning.length === 0) return true;
    const place = { output_index: this.#items++, item: this.#object.reasoningItem() };
    return (
      (await this.#write('response.output_item.added', place)) &&
      this.#write('response.output_item.done', place)
    );
  }

  async text(_choice: number, piece: string): Promise<boolean> {
    if (this.#closeItem === null && !(await this.#openMessage())) return false;
    this.#said += piece;
    const delta = { ...this.#place('msg', 0), content_index: 0, delta: piece };
    return this.#isRefusal
      ? this.#write('response.refusal.delta', delta)
      : this.#write('response.output_text.delta', { ...delta, logprobs: [] });
  }

  async callStart(_choice: number, index: number): Promise<boolean> {
    if (!(await this.close())) return false;
    this.#items++;
    this.#said = '';
    this.#closeItem = async () => this.#closeCall(index);
    return this.#write('response.output_item.added', {
      output_index: this.#items - 1,
      item: this.#object.callItem(index, 'in_progress', ''),
    });
  }

  async callPiece(_choice: number, index: number, piece: string): Promise<boolean> {
    this.#said += piece;
    const delta = { ...this.#place('fc', index), delta: piece };
    return this.#write('response.function_call_arguments.delta', delta);
  }

  async error(): Promise<void> {
    const error = { code: 'server_error', message: 'The server had an error.', param: null };
    if (await this.#write('error', error)) {
      await this.#write('response.failed', { response: this.#object.failed() });
    }
    await this.#exchange.outlet.end();
  }

  async brokenJson(): Promise<boolean> {
    return this.#sse.write('{"type":"response.output_text.delta","delta":', BROKEN_EVENT);
  }

  /** Closes the item that is open. An answer without a word is an empty message. */
  async close(): Promise<boolean> {
    if (this.#closeItem === null && this.#plan.choices[0]?.calls.length === 0) {
      if (!(await this.#openMessage())) return false;
    }
    const closing = this.#closeItem;
    this.#closeItem = null;
    return closing === null || closing();
  }

  /** The last event: the whole answer with its usage. */
  async whole(): Promise<boolean> {
    const type = this.#object.isComplete ? 'response.completed' : 'response.incomplete';
    return this.#write(type, { response: this.#object.whole() });
  }

  get #isRefusal(): boolean {
    return this.#plan.choices[0]?.ending === 'refusal';
  }

  async #openMessage(): Promise<boolean> {
    this.#items++;
    this.#said = '';
    this.#closeItem = async () => this.#closeMessage();
    const item = this.#object.messageItem('in_progress', []);
    return (
      (await this.#write('response.output_item.added', {
        output_index: this.#items - 1,
        item,
      })) &&
      this.#write('response.content_part.added', {
        ...this.#place('msg', 0),
        content_index: 0,
        part: this.#object.textPart(''),
      })
    );
  }

  async #closeMessage(): Promise<boolean> {
    const place = { ...this.#place('msg', 0), content_index: 0 };
    const part = this.#object.textPart(this.#said);
    const isWritten = this.#isRefusal
      ? await this.#write('response.refusal.done', { ...place, refusal: this.#said })
      : await this.#write('response.output_text.done', {
          ...place,
          text: this.#said,
          logprobs: [],
        });
    return (
      isWritten &&
      (await this.#write('response.content_part.done', { ...place, part })) &&
      this.#write('response.output_item.done', {
        output_index: this.#items - 1,
        item: this.#object.messageItem(this.#endStatus, [part]),
      })
    );
  }

  async #closeCall(index: number): Promise<boolean> {
    const place = this.#place('fc', index);
    const name = this.#plan.choices[0]?.calls[index]?.name;
    return (
      (await this.#write('response.function_call_arguments.done', {
        ...place,
        name,
        arguments: this.#said,
      })) &&
      this.#write('response.output_item.done', {
        output_index: this.#items - 1,
        item: this.#object.callItem(index, this.#endStatus, this.#said),
      })
    );
  }

  get #endStatus(): string {
    return this.#object.isComplete ? 'completed' : 'incomplete';
  }

  #place(kind: 'msg' | 'fc', index: number): object {
    return { item_id: this.#object.itemId(kind, index), output_index: this.#items - 1 };
  }

  async #write(type: string, members: object): Promise<boolean> {
    const event = { type, sequence_number: this.#sequence++, ...members };
    return this.#sse.write(JSON.stringify(event), type);
  }
}

const BROKEN_EVENT = 'response.output_text.delta';
