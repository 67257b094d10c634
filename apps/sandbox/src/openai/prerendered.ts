import type { Exchange } from '../exchange.js';
import { pause } from '../faults/pause.js';
import { pieces } from '../simulation/passages.js';

/** The benchmark's answer: about 1 kB, the same bytes every time, 110 tokens out and 24 in. */
const OUTPUT_TOKENS = 110;
const PROMPT_TOKENS = 24;
const BODY = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-sandbox-fast',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'sandbox-fast',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: pieces(0, OUTPUT_TOKENS).join(''),
          refusal: null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: PROMPT_TOKENS,
      completion_tokens: OUTPUT_TOKENS,
      total_tokens: PROMPT_TOKENS + OUTPUT_TOKENS,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  }),
);

/** Answers from memory. */
export async function answerPrerendered(exchange: Exchange): Promise<void> {
  const { faults, outlet, produced } = exchange;
  if (faults.delayMs !== null) await pause(faults.delayMs, outlet.closed);
  produced.promptTokens = PROMPT_TOKENS;
  produced.outputTokens = OUTPUT_TOKENS;
  outlet.head(200, {
    'content-type': 'application/json',
    'content-length': BODY.length,
    'x-request-id': exchange.id,
  });
  await outlet.end(BODY);
}
