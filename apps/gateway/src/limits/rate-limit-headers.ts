import type { RateFamily, RateState } from './limit-verdict.js';

/**
 * Flat header list of a key's limits, in the words of the caller's dialect (api.md, "Headers"). Empty where no
 * limit is set. Our token limit counts input and output together, so Anthropic's two families of them both say
 * what is left of it.
 */
export function rateLimitHeaders(state: RateState, dialect: string): string[] {
  const headers: string[] = [];
  const { requests, tokens, atMs } = state;
  if (dialect === 'anthropic') {
    anthropicFamily(headers, 'requests', requests, atMs);
    for (const name of ['tokens', 'input-tokens', 'output-tokens']) {
      anthropicFamily(headers, name, tokens, atMs);
    }
    return headers;
  }
  openAiFamily(headers, 'requests', requests);
  openAiFamily(headers, 'tokens', tokens);
  return headers;
}

function openAiFamily(headers: string[], name: string, family: RateFamily | null): void {
  if (family === null) return;
  headers.push(
    `x-ratelimit-limit-${name}`,
    String(family.limit),
    `x-ratelimit-remaining-${name}`,
    String(family.remaining),
    `x-ratelimit-reset-${name}`,
    durationText(family.resetMs),
  );
}

function anthropicFamily(
  headers: string[],
  name: string,
  family: RateFamily | null,
  atMs: number,
): void {
  if (family === null) return;
  // Whole seconds, rounded up: at the instant named the limit has its room again.
  const resetAt = new Date(Math.ceil((atMs + family.resetMs) / 1000) * 1000);
  headers.push(
    `anthropic-ratelimit-${name}-limit`,
    String(family.limit),
    `anthropic-ratelimit-${name}-remaining`,
    String(family.remaining),
    `anthropic-ratelimit-${name}-reset`,
    resetAt.toISOString().replace('.000Z', 'Z'),
  );
}

/** A duration as OpenAI writes it: `0s`, `1s`, `6m0s`, `2h0m0s`; whole seconds, rounded up. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${String(seconds % 60)}s`;
  if (hours > 0) return `${String(hours)}h${String(minutes)}m${rest}`;
  return minutes > 0 ? `${String(minutes)}m${rest}` : rest;
}
