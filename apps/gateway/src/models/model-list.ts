import { PSEUDO_MODELS } from '@weir/domain';
import type { KeyEntry } from '../config-cache/key-entry.js';
import type { ServedCatalog } from '../config-cache/served-catalog.js';

/** One entry of `GET /v1/models`. */
export interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  /** Seconds since 1970. */
  readonly created: number;
  readonly owned_by: string;
  readonly name: string;
  readonly context_length: number | null;
}

/** OpenAI's list of the models this key may use: enabled, allowed, and served by some endpoint. */
export function modelList(
  catalog: ServedCatalog,
  key: KeyEntry,
): { readonly object: 'list'; readonly data: readonly ListedModel[] } {
  const data: ListedModel[] = [];
  let anyChat = false;
  for (const model of catalog.models.values()) {
    const [endpoint] = model.endpoints;
    if (endpoint === undefined) continue;
    if (key.allowedModels !== null && !key.allowedModels.has(model.id)) continue;
    anyChat ||= model.kind === 'chat';
    data.push({
      id: model.id,
      object: 'model',
      created: Math.floor(model.createdAtMs / 1000),
      owned_by: endpoint.provider,
      name: model.name,
      context_length: model.contextTokens,
    });
  }
  // Names that stand for any of the chat models above: there is one to stand for.
  if (anyChat) for (const { id, name } of PSEUDO_MODELS) data.push(listedPseudoModel(id, name));
  return { object: 'list', data };
}

/** A pseudo-model has no age, and the context of whichever model answers. */
function listedPseudoModel(id: string, name: string): ListedModel {
  return { id, object: 'model', created: 0, owned_by: 'weir', name, context_length: null };
}
