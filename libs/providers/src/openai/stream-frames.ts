import type { Usage } from '@weir/domain';

/** Events that Weir itself puts into a stream: a clean stop, a usage chunk, an error, the end. */

/** Identity of the stream that a chunk of ours continues. */
export interface StreamHead {
  readonly id: string | null;
  readonly reportedModel: string | null;
  /** Seconds since 1970. */
  readonly createdS: number | null;
}

const encoder = new TextEncoder();
const frame = (data: string): Uint8Array => encoder.encode(`data: ${data}\n\n`);

/** `data: [DONE]`. */
export const DONE_FRAME: Uint8Array = frame('[DONE]');

/** A comment that keeps idle connections open; only between events. */
export const KEEP_ALIVE_FRAME: Uint8Array = encoder.encode(': keep-alive\n\n');

/** Says why a stream ends early: the budget's slice was refused. */
export const STOP_COMMENT: Uint8Array = encoder.encode(': x-weir-stop: budget\n\n');

/** Ends every choice with a finish reason, e.g. `length` when a slice of the budget was refused. */
export function finishFrame(head: StreamHead, finishReason: string, choices = 1): Uint8Array {
  const ends = Array.from({ length: choices }, (_, index) => ({
    index,
    delta: {},
    logprobs: null,
    finish_reason: finishReason,
  }));
  return frame(JSON.stringify({ ...headOf(head), choices: ends }));
}

/** A chunk with one choice. */
export function chunkFrame(head: StreamHead, choice: object): Uint8Array {
  return frame(JSON.stringify({ ...headOf(head), choices: [choice] }));
}

/** The usage-only chunk, for a stream that was stopped before the provider sent its own. */
export function usageFrame(head: StreamHead, usage: Usage): Uint8Array {
  return frame(JSON.stringify({ ...headOf(head), choices: [], usage: openAiUsage(usage) }));
}

/** An error in mid-stream: the error and a finish reason in one chunk, so that no client mistakes it for the end. */
export function errorFrame(head: StreamHead, error: object): Uint8Array {
  const choices = [{ index: 0, delta: { content: '' }, finish_reason: 'error' }];
  return frame(JSON.stringify({ ...headOf(head), error, choices }));
}

/** A usage in OpenAI's words. */
export function openAiUsage(usage: Usage): Record<string, unknown> {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h;
  const promptTokens = usage.input + usage.cacheRead + cacheWrite;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: usage.output,
    total_tokens: promptTokens + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cacheRead, cache_write_tokens: cacheWrite },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

function headOf(head: StreamHead): Record<string, unknown> {
  return {
    id: head.id ?? 'chatcmpl-weir',
    object: 'chat.completion.chunk',
    created: head.createdS ?? 0,
    model: head.reportedModel ?? '',
  };
}
