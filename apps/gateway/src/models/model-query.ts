import type { ListedModel } from './listed-model.js';
import { supportedParameters } from './supported-parameters.js';

/** Entries of one page at most. */
const LIMIT_MAX = 1_000;
const WHOLE = /^\d{1,9}$/;

/** What `GET /v1/models` is asked beside the list itself. */
export interface ModelQuery {
  readonly sort: SortName | null;
  /** Parameters that a model must all know. */
  readonly parameters: readonly string[];
  readonly offset: number;
  /** Null = everything. */
  readonly limit: number | null;
  /** The query as it was given, for the link to the next page. */
  readonly search: URLSearchParams;
}

/** Why a query is refused. */
export class ModelQueryProblem {
  constructor(
    readonly message: string,
    readonly param: string,
  ) {}
}

/** One page of models. */
export interface ModelPage {
  readonly models: readonly ListedModel[];
  /** Path of the next page; null = this is the last; undefined = nobody asked for pages. */
  readonly next: string | null | undefined;
}

type Compare = (a: ListedModel, b: ListedModel) => number;

/** What stands for a price, a context or an age that is unknown: such models come last. */
const byKnown =
  (figure: (model: ListedModel) => bigint | number | null, direction: 1 | -1): Compare =>
  (a, b) => {
    const [left, right] = [figure(a), figure(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left === right ? 0 : left < right ? -direction : direction;
  };
const priceOf = ({ pricing }: ListedModel): bigint | null =>
  pricing === null ? null : pricing.input + pricing.output;

const SORTS = {
  name: (a: ListedModel, b: ListedModel) => a.name.localeCompare(b.name, 'en'),
  newest: byKnown(({ createdAtMs }) => createdAtMs, -1),
  'context-high-to-low': byKnown(({ contextTokens }) => contextTokens, -1),
  'pricing-low-to-high': byKnown(priceOf, 1),
  'pricing-high-to-low': byKnown(priceOf, -1),
} satisfies Record<string, Compare>;
type SortName = keyof typeof SORTS;

/** Reads the query of a URL; what is not asked for here is ignored, as SDKs add their own. */
export function readModelQuery(url: string): ModelQuery | ModelQueryProblem {
  const question = url.indexOf('?');
  const search = new URLSearchParams(question < 0 ? '' : url.slice(question));
  const sort = search.get('sort');
  if (sort !== null && !isSort(sort)) {
    return new ModelQueryProblem(`Sort by one of ${Object.keys(SORTS).join(', ')}.`, 'sort');
  }
  const offset = search.get('offset') ?? '0';
  if (!WHOLE.test(offset)) return new ModelQueryProblem('offset must be a whole number.', 'offset');
  const limit = search.get('limit');
  if (limit !== null && !(WHOLE.test(limit) && Number(limit) >= 1 && Number(limit) <= LIMIT_MAX)) {
    return new ModelQueryProblem(`limit must be 1 to ${String(LIMIT_MAX)}.`, 'limit');
  }
  const parameters = (search.get('supported_parameters') ?? '').split(',').filter(Boolean);
  return {
    sort,
    parameters,
    offset: Number(offset),
    limit: limit === null ? null : Number(limit),
    search,
  };
}

/** The models that a query asks for, in its order. */
export function pageOfModels(models: readonly ListedModel[], query: ModelQuery): ModelPage {
  const { sort, parameters, offset, limit, search } = query;
  const able =
    parameters.length === 0
      ? models
      : models.filter((model) => {
          const supported = supportedParameters(model);
          return parameters.every((name) => supported.includes(name));
        });
  const ordered = sort === null ? able : [...able].sort(SORTS[sort]);
  if (limit === null) return { models: ordered.slice(offset), next: undefined };
  const end = offset + limit;
  if (end >= ordered.length) return { models: ordered.slice(offset, end), next: null };
  const following = new URLSearchParams(search);
  following.set('offset', String(end));
  return { models: ordered.slice(offset, end), next: `/v1/models?${following.toString()}` };
}

function isSort(name: string): name is SortName {
  return Object.hasOwn(SORTS, name);
}
