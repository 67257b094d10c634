import type { CompletePrice } from '@weir/domain';
import type { ServedModel } from '../config-cache/served-endpoint.js';

/** What the lists of models tell of one. */
export interface ListedModel extends Pick<
  ServedModel,
  | 'id'
  | 'name'
  | 'description'
  | 'kind'
  | 'createdAtMs'
  | 'contextTokens'
  | 'outputTokensMax'
  | 'takesImages'
> {
  /** What it can do, in the catalogue's words; null = whatever some model can. */
  readonly capabilities: readonly string[] | null;
  /** Slug of the provider that is asked first. */
  readonly owner: string;
  /** Nano per million tokens and per request; null = unpriced. */
  readonly pricing: Pick<
    CompletePrice,
    'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'request'
  > | null;
}
