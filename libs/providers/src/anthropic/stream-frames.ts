import type { Usage } from '@weir/domain';

/** Events of a Messages stream that Weir itself writes: `event:` names and all, as Anthropic's SDKs demand them. */

const encoder = new TextEncoder();

/** What an event says. */
type EventData = Readonly<Record<string, unknown>> & { readonly type: string };

/** One server-sent event; its name is its data's `type`. */
export function eventFrame(data: EventData): Uint8Array {
  return encoder.encode(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** `message_stop`. */
export const MESSAGE_STOP_FRAME: Uint8Array = eventFrame({ type: 'message_stop' });

/** What a message of ours begins with. */
export interface MessageHead {
  readonly id: string;
  readonly model: string;
  /** The input classes known at the start; null = none yet. */
  readonly usage: Usage | null;
}

/** An empty message. */
export function emptyMessage(head: MessageHead): Record<string, unknown> {
  return {
    id: head.id,
    type: 'message',
    role: 'assistant',
    model: head.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    usage: anthropicUsage(head.usage),
  };
}

/** `message_start` of an empty message. */
export function messageStartFrame(head: MessageHead): Uint8Array {
  return eventFrame({ type: 'message_start', message: emptyMessage(head) });
}

/** `content_block_stop`. */
export function blockStopFrame(index: number): Uint8Array {
  return eventFrame({ type: 'content_block_stop', index });
}

/** Why a message ended. */
export interface MessageEnd {
  readonly stopReason: string;
  readonly stopSequence: string | null;
}

/** `message_delta` with the final figures; without a usage only the output is told, by our own count. */
export function messageDeltaFrame(
  end: MessageEnd,
  usage: Usage | null,
  estimatedTokens: number,
): Uint8Array {
  return eventFrame({
    type: 'message_delta',
    delta: {
      stop_reason: end.stopReason,
      stop_sequence: end.stopSequence,
      stop_details: null,
      container: null,
    },
    usage: usage === null ? { output_tokens: estimatedTokens } : anthropicUsage(usage),
  });
}

/** A usage in Anthropic's words; null = nothing known, every figure 0. */
export function anthropicUsage(usage: Usage | null): Record<string, unknown> {
  const cacheWrite5m = usage?.cacheWrite5m ?? 0;
  const cacheWrite1h = usage?.cacheWrite1h ?? 0;
  const reasoning = usage?.reasoning ?? 0;
  return {
    input_tokens: usage?.input ?? 0,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: usage?.output ?? 0,
    output_tokens_details: reasoning > 0 ? { thinking_tokens: reasoning } : null,
    server_tool_use: null,
  };
}
