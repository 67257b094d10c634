/** Wire samples of Anthropic's Messages, for scripted upstreams. */

const event = (data: { readonly type: string; readonly [member: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const INPUT = {
  input_tokens: 4,
  cache_creation_input_tokens: 30,
  cache_read_input_tokens: 20,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
};

/** The beginning of a stream. */
export const MESSAGE_START = event({
  type: 'message_start',
  message: {
    model: 'claude-2026',
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...INPUT, output_tokens: 1 },
  },
});

export const BLOCK_START = event({
  type: 'content_block_start',
  index: 0,
  content_block: { type: 'text', text: '' },
});

/** A piece of text. */
export function textDelta(text: string): string {
  return event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
}

/** Everything up to the end, which is not in it. */
export const CONTENT: readonly string[] = [
  MESSAGE_START,
  BLOCK_START,
  textDelta('héllo 🌊'),
  event({ type: 'content_block_stop', index: 0 }),
  event({
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { ...INPUT, output_tokens: 5 },
  }),
];

export const MESSAGE_STOP = event({ type: 'message_stop' });

/** A whole answer: 4 uncached, 20 read, 10 + 20 written, 5 out. */
export const MESSAGE = JSON.stringify({
  model: 'claude-2026',
  id: 'msg_2',
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { ...INPUT, output_tokens: 5 },
});

/** An error's body. */
export function anthropicFault(type: string, message: string): string {
  return JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });
}
