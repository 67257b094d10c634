/** One of the fixed paths of the hot path: what differs between them. */
export interface ProxyRoute {
  /** As rows and metrics name it. */
  readonly path: string;
  readonly method: 'POST' | 'GET';
  /** What a key must allow, the kind its model must have, and the operation asked of a provider. */
  readonly operation: 'chat' | 'embeddings' | 'models';
  readonly dialect: 'openai';
}

/** A route that is forwarded to a provider. */
export type ForwardedOperation = Exclude<ProxyRoute['operation'], 'models'>;

export const CHAT_COMPLETIONS: ProxyRoute = {
  path: '/v1/chat/completions',
  method: 'POST',
  operation: 'chat',
  dialect: 'openai',
};

export const EMBEDDINGS: ProxyRoute = {
  path: '/v1/embeddings',
  method: 'POST',
  operation: 'embeddings',
  dialect: 'openai',
};

/** Answered from memory. */
export const MODELS: ProxyRoute = {
  path: '/v1/models',
  method: 'GET',
  operation: 'models',
  dialect: 'openai',
};

/** Anything else under `/v1/`: an error in the caller's dialect, with the same headers. */
export const UNKNOWN: ProxyRoute = {
  path: '/v1',
  method: 'GET',
  operation: 'models',
  dialect: 'openai',
};

/** The route of a URL; null = not under `/v1`. A query is allowed and ignored; keys in it are never read (E-K6). */
export function routeOf(url: string): ProxyRoute | null {
  if (url === CHAT_COMPLETIONS.path) return CHAT_COMPLETIONS;
  if (url === EMBEDDINGS.path) return EMBEDDINGS;
  if (url === MODELS.path) return MODELS;
  const query = url.indexOf('?');
  if (query > 0) return routeOf(url.slice(0, query));
  return url.startsWith('/v1/') || url === '/v1' ? UNKNOWN : null;
}
