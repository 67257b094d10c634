import type { Exchange } from '../exchange.js';
import { SseWriter } from '../faults/sse-writer.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { openStream, streamAnswer, thinkHidden } from '../simulation/answer-stream.js';
import type { AnswerSink } from '../simulation/answer-stream.js';
import type { PlannedCall } from '../simulation/tool-use.js';
import { errorBody, scriptedError } from './errors.js';
import type { ResponseContent } from './response-content.js';

/** Streams a planned answer as Gemini does: a whole response a chunk, usage in each, calls in one piece. */
export async function streamContent(
  exchange: Exchange,
  content: ResponseContent,
  plan: AnswerPlan,
): Promise<void> {
  const { faults, outlet } = exchange;
  const isHidden = !content.showsThoughts;
  const writer = new ResponseWriter(exchange, content, plan);
  if (!(await openStream(exchange, plan, writer.headers))) return;
  if (isHidden && !(await thinkHidden(exchange, plan))) return;
  if (!(await streamAnswer(exchange, plan, writer))) return;
  if (!(await writer.lastCall())) return;
  if (faults.malformed !== 'no-done' && !(await writer.finish())) return;
  await outlet.end(writer.end());
}

/** Renders and writes the chunks. */
class ResponseWriter implements AnswerSink {
  readonly thinking?: (piece: string) => Promise<boolean>;
  readonly #exchange: Exchange;
  readonly #content: ResponseContent;
  readonly #plan: AnswerPlan;
  readonly #sse: SseWriter;
  /** `alt=sse`; else the chunks are items of one JSON array. */
  readonly #isSse: boolean;
  #chunks = 0;
  /** The call whose arguments are still being made: it is told when it is whole. */
  #call: { readonly choice: number; readonly index: number; readonly call: PlannedCall } | null =
    null;

  constructor(exchange: Exchange, content: ResponseContent, plan: AnswerPlan) {
    this.#exchange = exchange;
    this.#content = content;
    this.#plan = plan;
    this.#sse = new SseWriter(exchange);
    const url = new URL(exchange.request.url ?? '', 'http://sandbox');
    this.#isSse = url.searchParams.get('alt') === 'sse';
    if (content.showsThoughts) this.thinking = async (piece) => this.#think(piece);
  }

  get headers(): Readonly<Record<string, string>> {
    return {
      'content-type': this.#isSse ? 'text/event-stream' : 'application/json; charset=UTF-8',
    };
  }

  async text(choice: number, text: string): Promise<boolean> {
    return this.#parts(choice, [{ text }]);
  }

  async callStart(choice: number, index: number, call: PlannedCall): Promise<boolean> {
    if (!(await this.lastCall())) return false;
    this.#call = { choice, index, call };
    return true;
  }

  async callPiece(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Tells the call that became whole, if there is one. */
  async lastCall(): Promise<boolean> {
    const done = this.#call;
    this.#call = null;
    if (done === null) return true;
    return this.#parts(done.choice, [this.#content.callPart(done.index, done.call)]);
  }

  async error(): Promise<void> {
    await this.#write(JSON.stringify(errorBody(503, scriptedError(503, null))));
    await this.#exchange.outlet.end(this.end());
  }

  async brokenJson(): Promise<boolean> {
    return this.#write('{"candidates":[{"content":{"parts":[{"text":');
  }

  /** Says how every candidate ended. */
  async finish(): Promise<boolean> {
    if (this.#plan.choices.every(({ ending }) => ending === 'filter')) {
      return this.#write(JSON.stringify(this.#content.blocked()));
    }
    const candidates = this.#plan.choices.map((choice, i) =>
      this.#content.candidate(i, [{ text: '' }], this.#content.finishReason(choice)),
    );
    return this.#write(JSON.stringify(this.#content.response(candidates)));
  }

  /** What closes the stream. */
  end(): Buffer | undefined {
    return this.#isSse ? undefined : Buffer.from(this.#chunks === 0 ? '[]' : '\n]\n');
  }

  async #think(text: string): Promise<boolean> {
    return this.#parts(0, [{ text, thought: true }]);
  }

  async #parts(choice: number, parts: readonly object[]): Promise<boolean> {
    const candidate = this.#content.candidate(choice, parts, null);
    return this.#write(JSON.stringify(this.#content.response([candidate])));
  }

  async #write(json: string): Promise<boolean> {
    const chunk = this.#chunks++;
    if (this.#isSse) return this.#sse.write(json);
    return this.#exchange.outlet.write(Buffer.from((chunk === 0 ? '[' : ',\r\n') + json));
  }
}
