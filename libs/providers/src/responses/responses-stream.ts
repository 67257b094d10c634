import type { Usage } from '@weir/domain';
import type { AnswerStream, PairStream } from '../dialect/pair.js';
import type { ErrorFacts } from '../errors/openai-error.js';
import { readProviderError } from '../openai/provider-error.js';
import type { ProviderError } from '../openai/provider-error.js';
import { STOP_COMMENT } from '../openai/stream-frames.js';
import { asRecord } from '../openai/usage.js';
import { SseRelay } from '../sse/sse-relay.js';
import type { SseEventHandler } from '../sse/sse-relay.js';
import { joinBytes } from '../text/join-bytes.js';
import { decodeUtf8, parseJson } from '../text/parse-json.js';
import { ProducedOutput } from '../text/produced-output.js';
import { responseErrorFrame, responseFrame } from './response-frames.js';
import { responseObject, responsesUsage } from './response-object.js';
import { finishReasonOf } from './responses-answer.js';
import { readResponsesUsage } from './responses-usage.js';

type Json = Readonly<Record<string, unknown>>;

/** Events that bring produced text, in `delta`. */
const DELTA_EVENTS: ReadonlySet<string> = new Set([
  'response.output_text.delta',
  'response.refusal.delta',
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
  'response.function_call_arguments.delta',
  'response.custom_tool_call_input.delta',
]);
/** Events that carry the whole response and end the stream. */
const LAST_EVENTS: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
]);
const EVENT_END = Uint8Array.of(10, 10);
const NOTHING = new Uint8Array(0);

/** Watches a provider's own Responses stream while its bytes pass unchanged. */
export class ResponsesStream implements AnswerStream, SseEventHandler {
  isDone = false;
  usage: Usage | null = null;
  finishReason: string | null = null;
  reportedModel: string | null = null;
  error: ProviderError | null = null;

  readonly #input: PairStream;
  readonly #relay: SseRelay;
  readonly #produced = new ProducedOutput();
  /** The response as it began: what an end of ours must repeat. */
  #response: Json | null = null;
  #nextSequence = 0;

  constructor(input: PairStream) {
    this.#input = input;
    this.#relay = new SseRelay(this);
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.#relay.push(chunk);
  }

  finish(): Uint8Array {
    return this.#relay.finish();
  }

  get isInsideEvent(): boolean {
    return this.#relay.isInsideEvent;
  }

  get producedBytes(): number {
    return this.#produced.bytes;
  }

  get outputTokensBound(): number {
    return this.#produced.tokensBound;
  }

  get estimatedTokens(): number {
    return this.#produced.estimatedTokens;
  }

  producedText(): string {
    return this.#produced.text();
  }

  /** Without its items: clients keep those that came. */
  stop(usage: Usage | null): Uint8Array {
    const details = { reason: 'max_output_tokens' };
    const begun = this.#response ?? this.#ownResponse();
    const { output: _output, ...rest } = begun;
    const response = {
      ...rest,
      status: 'incomplete',
      incomplete_details: details,
      usage: usage === null ? null : responsesUsage(usage),
    };
    const last = responseFrame('response.incomplete', this.#nextSequence, { response });
    return joinBytes([this.#boundary(), STOP_COMMENT, last]);
  }

  fail(error: ErrorFacts): Uint8Array {
    return joinBytes([this.#boundary(), responseErrorFrame(error, this.#nextSequence)]);
  }

  /** One event, from the relay. Every one is forwarded. */
  onData(bytes: Uint8Array, start: number, end: number): boolean {
    const event = asRecord(parseJson(decodeUtf8(bytes.subarray(start, end))));
    if (event === null) return true;
    const {
      type,
      sequence_number: sequence,
      delta,
    } = {
      type: event['type'],
      sequence_number: event['sequence_number'],
      delta: event['delta'],
    };
    if (typeof sequence === 'number') this.#nextSequence = sequence + 1;
    if (typeof type !== 'string') return true;
    if (DELTA_EVENTS.has(type)) {
      if (typeof delta === 'string') this.#produced.add(delta, 0, false);
    } else if (type === 'response.output_item.added') {
      const name = asRecord(event['item'])?.['name'];
      if (typeof name === 'string') this.#produced.add(name, 0, true);
    } else if (type === 'error') {
      this.error = readProviderError(event['error'] ?? event);
    } else {
      this.#lifecycle(type, asRecord(event['response']));
    }
    return true;
  }

  #lifecycle(type: string, response: Json | null): void {
    if (response === null) return;
    this.#response ??= response;
    const model = response['model'];
    if (typeof model === 'string' && model !== '') this.reportedModel ??= model;
    if (!LAST_EVENTS.has(type)) return;
    this.isDone = true;
    this.finishReason = finishReasonOf(response);
    this.error ??= readProviderError(response['error']);
    const reading = readResponsesUsage(response['usage'], this.#input.bounds);
    if (reading.state === 'valid') this.usage = reading.usage;
  }

  #ownResponse(): Json {
    const { answerId, nowS, parsed, reading } = this.#input;
    const head = {
      answerId,
      nowS,
      requestedModel: reading.model,
      includeUsage: true,
      request: parsed,
    };
    const state = { model: reading.model, status: 'incomplete', output: [], usage: null } as const;
    return { ...responseObject(head, { ...state, incompleteReason: 'max_output_tokens' }) };
  }

  /** Closes an oversized event that passes unread, lest our own frame become part of it. */
  #boundary(): Uint8Array {
    return this.isInsideEvent ? EVENT_END : NOTHING;
  }
}
