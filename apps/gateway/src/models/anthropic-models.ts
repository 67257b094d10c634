import type { ListedModel } from './listed-model.js';

/** One entry of Anthropic's list. */
export interface AnthropicModel {
  readonly id: string;
  readonly type: 'model';
  readonly display_name: string;
  /** ISO-8601. */
  readonly created_at: string;
  readonly max_input_tokens: number | null;
  readonly max_tokens: number | null;
}

/** Anthropic's list: one page holds them all. Only what takes messages is in it. */
export function anthropicModelList(models: readonly ListedModel[]): object {
  const data = models.filter(({ kind }) => kind === 'chat').map(anthropicModel);
  const ids = data.map(({ id }) => id);
  return { data, has_more: false, first_id: ids[0] ?? null, last_id: ids[ids.length - 1] ?? null };
}

/** One entry. */
export function anthropicModel(model: ListedModel): AnthropicModel {
  return {
    id: model.id,
    type: 'model',
    display_name: model.name,
    created_at: new Date(model.createdAtMs).toISOString(),
    max_input_tokens: model.contextTokens,
    max_tokens: model.outputTokensMax,
  };
}
