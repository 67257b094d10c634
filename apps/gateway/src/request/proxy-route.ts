import { isJsonArrayAsked, type ClientDialect, type GeminiPath } from '@weir/providers';
import { pathModelOf, readableModelOf } from './path-model.js';

/** Whose errors and headers a path's callers expect; as rows name it. */
export type DialectFamily = 'openai' | 'anthropic' | 'gemini';

/** What a path asks for: what a key must allow, and the kind its model must have. */
export type ProxyOperation = 'chat' | 'embeddings' | 'models';

/** One of the paths of the hot path: what differs between them. */
export interface ProxyRoute {
  /** As rows and metrics name it: a template where the model stands in the path. */
  readonly path: string;
  readonly method: 'POST' | 'GET';
  readonly operation: ProxyOperation;
  readonly dialect: DialectFamily;
  /** What a conversation's bytes are in; null for what is no conversation. */
  readonly client: ClientDialect | null;
  /** The model that the path names; null where the body does. */
  readonly pathModel: string | null;
  /** Whether the path asks for a stream; null where the body does. */
  readonly pathStream: boolean | null;
  /** Whether a stream is asked for as one JSON array (Gemini without `alt=sse`). */
  readonly asArray: boolean;
  /** Whether only the tokens of a conversation are counted. */
  readonly countsOnly: boolean;
}

/** What a body is. */
export type BodyKind = ClientDialect | 'embeddings' | 'count_tokens';

/** How a route's body is to be read; a plain object, for a worker thread gets it too. */
export interface BodySpec {
  readonly kind: BodyKind;
  /** What the path says of it; null where the body says all. */
  readonly path: GeminiPath | null;
}

const PLAIN_SPECS = new Map<BodyKind, BodySpec>();

/** How this route's body is to be read. */
export function bodySpecOf(route: ProxyRoute): BodySpec {
  const { pathModel } = route;
  if (pathModel !== null) {
    const { countsOnly } = route;
    const path = { model: pathModel, stream: route.pathStream === true, countsOnly };
    return { kind: 'gemini', path };
  }
  const kind = route.client ?? (route.countsOnly ? 'count_tokens' : 'embeddings');
  let spec = PLAIN_SPECS.get(kind);
  if (spec === undefined) PLAIN_SPECS.set(kind, (spec = { kind, path: null }));
  return spec;
}

function conversation(path: string, dialect: DialectFamily, client: ClientDialect): ProxyRoute {
  return {
    path,
    method: 'POST',
    operation: 'chat',
    dialect,
    client,
    pathModel: null,
    pathStream: null,
    asArray: false,
    countsOnly: false,
  };
}

function other(
  path: string,
  dialect: DialectFamily,
  method: ProxyRoute['method'],
  operation: ProxyOperation,
): ProxyRoute {
  return { ...conversation(path, dialect, 'openai-chat'), method, operation, client: null };
}

function counting(path: string, dialect: DialectFamily): ProxyRoute {
  return { ...other(path, dialect, 'POST', 'chat'), countsOnly: true };
}

export const CHAT_COMPLETIONS = conversation('/v1/chat/completions', 'openai', 'openai-chat');

const UNKNOWN_OPENAI = other('/v1', 'openai', 'GET', 'models');
const UNKNOWN_ANTHROPIC = other('/v1/messages', 'anthropic', 'GET', 'models');
const UNKNOWN_GEMINI = other('/v1beta', 'gemini', 'GET', 'models');

/** Anything else under `/v1/` and `/v1beta/`: an error in the caller's dialect, with the same headers. */
export const UNKNOWN: ReadonlySet<ProxyRoute> = new Set([
  UNKNOWN_OPENAI,
  UNKNOWN_ANTHROPIC,
  UNKNOWN_GEMINI,
]);

const GENERATE: ProxyRoute = {
  ...conversation('/v1beta/models/{model}:generateContent', 'gemini', 'gemini'),
  pathStream: false,
};
const STREAM_GENERATE: ProxyRoute = {
  ...conversation('/v1beta/models/{model}:streamGenerateContent', 'gemini', 'gemini'),
  pathStream: true,
};
const COUNT_TOKENS_OF = counting('/v1beta/models/{model}:countTokens', 'gemini');
const MODEL = other('/v1/models/{model}', 'openai', 'GET', 'models');
const GEMINI_MODEL = other('/v1beta/models/{model}', 'gemini', 'GET', 'models');

const BY_PATH: ReadonlyMap<string, ProxyRoute> = new Map(
  [
    CHAT_COMPLETIONS,
    conversation('/v1/completions', 'openai', 'openai-completions'),
    conversation('/v1/responses', 'openai', 'openai-responses'),
    conversation('/v1/messages', 'anthropic', 'anthropic'),
    counting('/v1/messages/count_tokens', 'anthropic'),
    other('/v1/embeddings', 'openai', 'POST', 'embeddings'),
    other('/v1/models', 'openai', 'GET', 'models'),
    other('/v1beta/models', 'gemini', 'GET', 'models'),
  ].map((route) => [route.path, route]),
);

/** Calls of Google's SDK: after the model, behind the last colon. */
const MODEL_CALLS: ReadonlyMap<string, ProxyRoute> = new Map([
  ['generateContent', GENERATE],
  ['streamGenerateContent', STREAM_GENERATE],
  ['countTokens', COUNT_TOKENS_OF],
]);

/** Google's SDK puts its `apiVersion` here: `v1beta`, or `v1` where a caller sets it so. */
const MODEL_PATH = /^\/(v1|v1beta)\/models\/(.+)$/s;

/** The AI SDK takes a name with a slash for a whole resource name and puts no `models/` before it. */
const BARE_CALL = /^\/(v1beta)\/(.+:(?:generateContent|streamGenerateContent|countTokens))$/s;

/**
 * The route of a URL; null = not ours; 'bad' = a path of ours whose model's name cannot be one. A query is allowed
 * and ignored; keys in it are never read (E-K6).
 */
export function routeOf(url: string): ProxyRoute | BadPath | null {
  if (url === CHAT_COMPLETIONS.path) return CHAT_COMPLETIONS;
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const exact = BY_PATH.get(path);
  if (exact !== undefined) return exact;
  const named = MODEL_PATH.exec(path) ?? BARE_CALL.exec(path);
  if (named !== null) {
    const route = modelRoute(named[1] === 'v1beta', named[2] ?? '');
    if (route instanceof BadPath || route.pathStream !== true) return route;
    return isJsonArrayAsked(query < 0 ? '' : url.slice(query))
      ? { ...route, asArray: true }
      : route;
  }
  if (path === '/v1beta' || path.startsWith('/v1beta/')) return UNKNOWN_GEMINI;
  if (path.startsWith('/v1/messages/')) return UNKNOWN_ANTHROPIC;
  return path === '/v1' || path.startsWith('/v1/') ? UNKNOWN_OPENAI : null;
}

/** A path whose model's name is not one: refused, in this dialect. */
export class BadPath {
  readonly route: ProxyRoute;

  constructor(route: ProxyRoute) {
    this.route = route;
  }
}

function modelRoute(isBeta: boolean, rest: string): ProxyRoute | BadPath {
  const colon = rest.lastIndexOf(':');
  const call = colon < 0 ? undefined : MODEL_CALLS.get(rest.slice(colon + 1));
  if (call !== undefined) {
    const pathModel = pathModelOf(rest.slice(0, colon));
    return pathModel === null ? new BadPath(call) : { ...call, pathModel };
  }
  const route = isBeta ? GEMINI_MODEL : MODEL;
  const pathModel = readableModelOf(rest);
  return pathModel === null ? new BadPath(route) : { ...route, pathModel };
}
