import type { Exchange } from '../exchange.js';
import type { JsonObject } from '../json/json-object.js';
import type { AnswerPlan } from '../simulation/answer-plan.js';
import { callId } from './chat-answer.js';
import { reportedResponsesUsage } from './usage-object.js';

/** A `response` as it comes into being. */
export class ResponseObject {
  readonly #exchange: Exchange;
  readonly #request: JsonObject;
  readonly #plan: AnswerPlan;
  readonly #createdAt = Math.floor(Date.now() / 1_000);

  constructor(exchange: Exchange, request: JsonObject, plan: AnswerPlan) {
    this.#exchange = exchange;
    this.#request = request;
    this.#plan = plan;
  }

  /** Before anything was produced. */
  begun(): object {
    return { ...this.#base('in_progress'), output: [], usage: null };
  }

  /** When the provider broke down on the way. */
  failed(): object {
    return {
      ...this.#base('failed'),
      error: { code: 'server_error', message: 'The server had an error.' },
      output: [],
      usage: null,
    };
  }

  /** Whether the answer came to its end. */
  get isComplete(): boolean {
    const ending = this.#plan.choices[0]?.ending;
    return ending !== 'length' && ending !== 'filter';
  }

  /** The whole answer. */
  whole(): object {
    const ending = this.#plan.choices[0]?.ending;
    const reason = ending === 'filter' ? 'content_filter' : 'max_output_tokens';
    const usage = reportedResponsesUsage(this.#exchange.produced, this.#exchange.faults);
    return {
      ...this.#base(this.isComplete ? 'completed' : 'incomplete'),
      completed_at: Math.floor(Date.now() / 1_000),
      incomplete_details: this.isComplete ? null : { reason },
      output: this.items(),
      ...(usage === undefined ? {} : { usage }),
    };
  }

  /** The items of the whole answer, in order. */
  items(): readonly object[] {
    const choice = this.#plan.choices[0];
    const items: object[] = [];
    if (this.#plan.reasoning.length > 0) items.push(this.reasoningItem());
    if (choice === undefined) return items;
    const status = this.isComplete ? 'completed' : 'incomplete';
    if (choice.text.length > 0 || choice.calls.length === 0) {
      items.push(this.messageItem(status, [this.textPart(choice.text.join(''))]));
    }
    for (const [i, call] of choice.calls.entries()) {
      items.push(this.callItem(i, status, call.pieces.join('')));
    }
    return items;
  }

  /** Reasoning whose text stays with the provider. */
  reasoningItem(): object {
    return { id: this.itemId('rs', 0), type: 'reasoning', summary: [] };
  }

  messageItem(status: string, content: readonly object[]): object {
    return { id: this.itemId('msg', 0), type: 'message', status, role: 'assistant', content };
  }

  textPart(text: string): object {
    if (this.#plan.choices[0]?.ending === 'refusal') return { type: 'refusal', refusal: text };
    return { type: 'output_text', text, annotations: [], logprobs: [] };
  }

  callItem(index: number, status: string, argumentsText: string): object {
    return {
      id: this.itemId('fc', index),
      type: 'function_call',
      status,
      call_id: callId(this.#exchange, 0, index),
      name: this.#plan.choices[0]?.calls[index]?.name,
      arguments: argumentsText,
    };
  }

  itemId(kind: 'rs' | 'msg' | 'fc', index: number): string {
    return `${kind}_${this.#exchange.ownId.replaceAll('-', '')}${String(index)}`;
  }

  #base(status: string): object {
    const given = this.#request;
    return {
      id: `resp_${this.#exchange.id.replaceAll('-', '')}`,
      object: 'response',
      created_at: this.#createdAt,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: given['instructions'] ?? null,
      max_output_tokens: given['max_output_tokens'] ?? null,
      max_tool_calls: given['max_tool_calls'] ?? null,
      model: this.#plan.model.id,
      parallel_tool_calls: given['parallel_tool_calls'] ?? true,
      previous_response_id: null,
      prompt_cache_key: given['prompt_cache_key'] ?? null,
      reasoning: given['reasoning'] ?? { effort: null, summary: null },
      safety_identifier: given['safety_identifier'] ?? null,
      service_tier: 'default',
      store: given['store'] ?? true,
      temperature: given['temperature'] ?? 1,
      text: given['text'] ?? { format: { type: 'text' }, verbosity: 'medium' },
      tool_choice: given['tool_choice'] ?? 'auto',
      tools: given['tools'] ?? [],
      top_logprobs: given['top_logprobs'] ?? 0,
      top_p: given['top_p'] ?? 1,
      truncation: given['truncation'] ?? 'disabled',
      user: given['user'] ?? null,
      metadata: given['metadata'] ?? {},
    };
  }
}
