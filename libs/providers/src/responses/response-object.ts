import type { Usage } from '@weir/domain';
import type { AnswerHead } from '../conversation/sides.js';
import { asRecord } from '../openai/usage.js';

/** What changes of a response while it is made. */
export interface ResponseState {
  readonly model: string;
  readonly status: 'in_progress' | 'completed' | 'incomplete';
  /** Set where the status is `incomplete`. */
  readonly incompleteReason: 'max_output_tokens' | 'content_filter' | null;
  readonly output: readonly object[];
  readonly usage: Usage | null;
}

/** A `response` object: what the request said, repeated, and what came of it. Nothing is stored. */
export function responseObject(head: AnswerHead, state: ResponseState): object {
  const request = asRecord(head.request) ?? {};
  const { incompleteReason, usage } = state;
  return {
    id: head.answerId,
    object: 'response',
    created_at: head.nowS,
    status: state.status,
    background: false,
    error: null,
    incomplete_details: incompleteReason === null ? null : { reason: incompleteReason },
    instructions: request['instructions'] ?? null,
    max_output_tokens: request['max_output_tokens'] ?? null,
    metadata: request['metadata'] ?? {},
    model: state.model,
    output: state.output,
    parallel_tool_calls: request['parallel_tool_calls'] ?? true,
    previous_response_id: null,
    reasoning: request['reasoning'] ?? { effort: null, summary: null },
    store: false,
    temperature: request['temperature'] ?? 1,
    text: request['text'] ?? { format: { type: 'text' } },
    tool_choice: request['tool_choice'] ?? 'auto',
    tools: request['tools'] ?? [],
    top_p: request['top_p'] ?? 1,
    truncation: request['truncation'] ?? 'disabled',
    usage: usage === null ? null : responsesUsage(usage),
    user: request['user'] ?? null,
  };
}

/** A usage in the words of Responses. */
export function responsesUsage(usage: Usage): object {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h;
  const inputTokens = usage.input + usage.cacheRead + cacheWrite;
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: inputTokens + usage.output,
  };
}
