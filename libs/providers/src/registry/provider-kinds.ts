import type { UpstreamDialect } from '../dialect/dialect.js';

/**
 * The kinds of provider Weir can call. A kind says how to address and authorise; what passes over the wire is the
 * dialect's business. A new provider is one dialect folder, one entry here, golden files and a catalogue entry.
 */

/** What a request asks an endpoint to do. `chat` is a conversation in the provider's own dialect, however it came. */
export type Operation =
  'chat' | 'chat_stream' | 'completions' | 'responses' | 'embeddings' | 'count_tokens' | 'models';

/** Every operation, for those who compute all paths of an endpoint at once. */
export const OPERATIONS: readonly Operation[] = [
  'chat',
  'chat_stream',
  'completions',
  'responses',
  'embeddings',
  'count_tokens',
  'models',
];

/** One kind of provider. */
export interface ProviderKind {
  readonly name: string;
  /** The dialect its bytes are in. */
  readonly dialect: UpstreamDialect;
  /** The API version put before a path where the base URL ends in none; null = the base URL is taken as it is. */
  readonly version: string | null;
  /** Path of an operation below the base URL's version, or null where it has none. */
  path(operation: Operation, upstreamModel: string): string | null;
  /** Headers that carry the credential, lower case. Never logged. */
  authorise(credential: string): Readonly<Record<string, string>>;
  /** Headers every request needs beside it, lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The member that bounds the output of models released under that name. */
  maxTokensField(upstreamModel: string): 'max_tokens' | 'max_completion_tokens';
}

const NO_HEADERS: Readonly<Record<string, string>> = {};

const OPENAI_PATHS: Readonly<Record<Operation, string | null>> = {
  chat: 'chat/completions',
  chat_stream: 'chat/completions',
  completions: 'completions',
  responses: 'responses',
  embeddings: 'embeddings',
  count_tokens: null,
  models: 'models',
};

/** OpenAI's reasoning models refuse `max_tokens`; most compatible servers know nothing else. */
const TAKES_MAX_COMPLETION_TOKENS = /^(?:o\d|gpt-[5-9])/;

const openai: ProviderKind = {
  name: 'openai',
  dialect: 'openai',
  version: null,
  path: (operation) => OPENAI_PATHS[operation],
  authorise: (credential) => ({ authorization: `Bearer ${credential}` }),
  headers: NO_HEADERS,
  maxTokensField: (model) =>
    TAKES_MAX_COMPLETION_TOKENS.test(model) ? 'max_completion_tokens' : 'max_tokens',
};

const ANTHROPIC_PATHS: Readonly<Record<Operation, string | null>> = {
  chat: 'messages',
  chat_stream: 'messages',
  completions: null,
  responses: null,
  embeddings: null,
  count_tokens: 'messages/count_tokens',
  models: 'models',
};

/** The version of Anthropic's API that our dialect files are written for. */
export const ANTHROPIC_VERSION = '2023-06-01';

const anthropic: ProviderKind = {
  name: 'anthropic',
  dialect: 'anthropic',
  version: 'v1',
  path: (operation) => ANTHROPIC_PATHS[operation],
  authorise: (credential) => ({ 'x-api-key': credential }),
  headers: { 'anthropic-version': ANTHROPIC_VERSION },
  maxTokensField: () => 'max_tokens',
};

const gemini: ProviderKind = {
  name: 'gemini',
  dialect: 'gemini',
  version: 'v1beta',
  path: geminiPath,
  // In a header, never in the query: URLs end up in logs.
  authorise: (credential) => ({ 'x-goog-api-key': credential }),
  headers: NO_HEADERS,
  maxTokensField: () => 'max_tokens',
};

function geminiPath(operation: Operation, upstreamModel: string): string | null {
  switch (operation) {
    case 'chat':
      return `${geminiResource(upstreamModel)}:generateContent`;
    case 'chat_stream':
      return `${geminiResource(upstreamModel)}:streamGenerateContent?alt=sse`;
    case 'count_tokens':
      return `${geminiResource(upstreamModel)}:countTokens`;
    case 'models':
      return 'models';
    case 'completions':
    case 'responses':
    case 'embeddings':
      return null;
  }
}

/** A bare name lies under `models/`; a resource name (`tunedModels/…`) stands for itself. */
function geminiResource(upstreamModel: string): string {
  const resource = upstreamModel.includes('/') ? upstreamModel : `models/${upstreamModel}`;
  return resource.split('/').map(encodeURIComponent).join('/');
}

/** Every kind by name. */
export const PROVIDER_KINDS: ReadonlyMap<string, ProviderKind> = new Map(
  [openai, anthropic, gemini].map((kind) => [kind.name, kind]),
);

const ENDS_IN_VERSION = /\/v\d+[a-z0-9]*\/?$/;

/**
 * URL of an operation at a provider's base URL, or null where its kind has none. Vendors print some base URLs with
 * their version and some without: one that ends in none gets the kind's.
 */
export function operationUrl(
  kind: ProviderKind,
  baseUrl: string,
  operation: Operation,
  upstreamModel: string,
): string | null {
  const path = kind.path(operation, upstreamModel);
  if (path === null) return null;
  const query = baseUrl.indexOf('?');
  const base = query === -1 ? baseUrl : baseUrl.slice(0, query);
  const prefixed = kind.version === null || ENDS_IN_VERSION.test(base);
  return joinUrl(baseUrl, prefixed ? path : `${kind.version}/${path}`);
}

/**
 * Joins a base URL and a path: exactly one slash between them, a query in the base (Azure's `api-version`) kept at
 * the end, after the path's own.
 */
export function joinUrl(baseUrl: string, path: string): string {
  const query = baseUrl.indexOf('?');
  const base = query === -1 ? baseUrl : baseUrl.slice(0, query);
  const trimmed = base.endsWith('/') ? base.slice(0, -1) : base;
  if (query === -1) return `${trimmed}/${path}`;
  const more = baseUrl.slice(query + 1);
  return `${trimmed}/${path}${path.includes('?') ? '&' : '?'}${more}`;
}
