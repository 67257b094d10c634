/** One of the fixed paths of the hot path: what differs between them. */
export interface ProxyRoute {
  /** As rows and metrics name it. */
  readonly path: string;
  /** What a key must allow, the kind its model must have, and the operation asked of a provider. */
  readonly operation: 'chat' | 'embeddings';
  readonly dialect: 'openai';
}

export const CHAT_COMPLETIONS: ProxyRoute = {
  path: '/v1/chat/completions',
  operation: 'chat',
  dialect: 'openai',
};

export const EMBEDDINGS: ProxyRoute = {
  path: '/v1/embeddings',
  operation: 'embeddings',
  dialect: 'openai',
};
