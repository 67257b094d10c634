import type { ServerResponse } from 'node:http';
import type { UpstreamHandler } from './proxy-harness.js';

/** Wire samples of an OpenAI-compatible provider, for scripted upstreams. */

/** One streamed chunk. */
export function chunkOf(delta: object, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'upstream-m-2026',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })}\n\n`;
}

/** The chunk that reports usage. */
export function usageChunk(promptTokens = 12, completionTokens = 5): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'upstream-m-2026',
    choices: [],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  })}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';

/** Content chunks of a short answer. */
export const CONTENT: readonly string[] = [
  chunkOf({ role: 'assistant', content: '' }),
  chunkOf({ content: 'héllo 🌊' }),
  chunkOf({}, 'stop'),
];

/** Begins a stream. */
export function openStream(res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** Answers with these events, then ends. */
export function streams(...parts: readonly string[]): UpstreamHandler {
  return (_req, res) => {
    openStream(res);
    for (const part of parts) res.write(part);
    res.end();
  };
}

/** A whole answer of 12 + 5 tokens. */
export const ANSWER = JSON.stringify({
  id: 'chatcmpl-2',
  object: 'chat.completion',
  created: 1,
  model: 'upstream-m-2026',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
});

/** Answers with a body, not streamed. */
export function answers(
  body: string = ANSWER,
  status = 200,
  headers: Record<string, string> = {},
): UpstreamHandler {
  return (_req, res) => {
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(body);
  };
}
