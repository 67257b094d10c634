import type { ListedModel } from './listed-model.js';

const OF_CHAT = ['frequency_penalty', 'max_completion_tokens', 'max_tokens', 'presence_penalty', 'seed', 'stop', 'stream', 'temperature', 'top_p']; // prettier-ignore
/** Parameters that need an ability of the model, by the catalogue's word for it. */
const BY_CAPABILITY: readonly (readonly [string, readonly string[]])[] = [
  ['json', ['response_format', 'structured_outputs']],
  ['reasoning', ['include_reasoning', 'reasoning', 'reasoning_effort']],
  ['tools', ['parallel_tool_calls', 'tool_choice', 'tools']],
];

/** Request members that a model knows, in order of their names. A name that stands for any model knows them all. */
export function supportedParameters({
  kind,
  capabilities,
}: Pick<ListedModel, 'kind' | 'capabilities'>): readonly string[] {
  if (kind === 'embeddings') return ['dimensions', 'encoding_format'];
  if (kind !== 'chat') return [];
  const more = BY_CAPABILITY.flatMap(([ability, names]) =>
    capabilities === null || capabilities.includes(ability) ? names : [],
  );
  return [...OF_CHAT, ...more].sort();
}
