import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { PSEUDO_MODELS } from '@weir/domain';
import type { KeyEntry } from '../config-cache/key-entry.js';
import type { ServedCatalog } from '../config-cache/served-catalog.js';
import type { ServedModel } from '../config-cache/served-endpoint.js';
import type { DialectFamily, ProxyRoute } from '../request/proxy-route.js';
import { anthropicModel, anthropicModelList } from './anthropic-models.js';
import { geminiModel, geminiModelList } from './gemini-models.js';
import type { ListedModel } from './listed-model.js';
import { pageOfModels, readModelQuery, ModelQueryProblem } from './model-query.js';
import { openAiModel, openAiModelList, openAiModelPage } from './openai-models.js';

/** Who asks for models, and when: prices are those of this instant. */
export interface ModelQuestion {
  readonly catalog: ServedCatalog;
  readonly key: KeyEntry;
  readonly nowMs: number;
}

/**
 * The answer to `GET …/models` or `…/models/{id}` in the caller's dialect; null = no such model for this key. OpenAI's
 * list can be sorted, filtered and read in pages.
 */
export function answerModels(
  route: ProxyRoute,
  req: Pick<IncomingMessage, 'headers' | 'url'>,
  question: ModelQuestion,
): object | ModelQueryProblem | null {
  const dialect = dialectOf(route, req.headers);
  const view = VIEWS[dialect];
  const models = listedModels(question);
  const { pathModel } = route;
  if (pathModel === null) {
    if (dialect !== 'openai') return view.list(models);
    const query = readModelQuery(req.url ?? '');
    return query instanceof ModelQueryProblem
      ? query
      : openAiModelPage(pageOfModels(models, query));
  }
  const model = models.find(({ id }) => id === pathModel);
  return model === undefined ? null : view.one(model);
}

/** Anthropic's SDK asks at OpenAI's path; it always says which version it speaks. */
function dialectOf(route: ProxyRoute, headers: IncomingHttpHeaders): DialectFamily {
  const isAnthropic = headers['anthropic-version'] !== undefined;
  return route.dialect === 'openai' && isAnthropic ? 'anthropic' : route.dialect;
}

/** The models this key may use: enabled, allowed, and served by some endpoint. */
function listedModels(question: ModelQuestion): ListedModel[] {
  const { catalog, key } = question;
  const listed: ListedModel[] = [];
  for (const model of catalog.models.values()) {
    if (model.endpoints.length === 0) continue;
    if (key.allowedModels !== null && !key.allowedModels.has(model.id)) continue;
    listed.push(listedModel(model, question));
  }
  // Names that stand for any of the chat models above: there is one to stand for.
  if (listed.some(({ kind }) => kind === 'chat')) listed.push(...PSEUDO_MODELS.map(listedPseudo));
  return listed;
}

/** Its price is what the key pays at its first endpoint. */
function listedModel(model: ServedModel, { catalog, key, nowMs }: ModelQuestion): ListedModel {
  const [endpoint] = model.endpoints;
  const priced =
    endpoint === undefined ? null : catalog.priced(model, endpoint, key.priceFactor, nowMs);
  return { ...model, owner: endpoint?.provider ?? '', pricing: priced?.price ?? null };
}

/** A pseudo-model has no age, and context and price of whichever model answers. */
function listedPseudo({ id, name }: { readonly id: string; readonly name: string }): ListedModel {
  return {
    id,
    name,
    description: 'Picks one of your models by policy.',
    capabilities: null,
    kind: 'chat',
    owner: 'weir',
    createdAtMs: 0,
    contextTokens: null,
    outputTokensMax: null,
    takesImages: false,
    pricing: null,
  };
}

interface View {
  list(models: readonly ListedModel[]): object;
  one(model: ListedModel): object;
}

const VIEWS: Readonly<Record<DialectFamily, View>> = {
  openai: { list: openAiModelList, one: openAiModel },
  anthropic: { list: anthropicModelList, one: anthropicModel },
  gemini: { list: geminiModelList, one: geminiModel },
};
