import type { CacheMark } from '../conversation/conversation.js';
import { asRecord } from './usage.js';

/** The mark that OpenRouter and LiteLLM take on parts, messages and tools: `cache_control: {type: 'ephemeral'}`. */
export function cacheMarkOf(holder: Readonly<Record<string, unknown>> | null): CacheMark | null {
  const mark = asRecord(holder?.['cache_control']);
  if (mark?.['type'] !== 'ephemeral') return null;
  return mark['ttl'] === '1h' ? '1h' : '5m';
}

/** The mark as a member to spread; nothing where there is none. */
export function cacheControl(mark: CacheMark | undefined): Record<string, unknown> {
  if (mark === undefined) return {};
  return {
    cache_control: mark === '1h' ? { type: 'ephemeral', ttl: mark } : { type: 'ephemeral' },
  };
}
