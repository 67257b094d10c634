/**
 * The kinds of provider Weir can call. A kind says how to address and authorise; what passes over the wire is the
 * dialect's business. A new provider is one dialect folder, one entry here, golden files and a catalogue entry.
 */

/** What a request asks an endpoint to do. */
export type Operation = 'chat' | 'embeddings' | 'models';

/** One kind of provider. */
export interface ProviderKind {
  readonly name: string;
  /** The dialect its bytes are in. */
  readonly dialect: 'openai';
  /** Path of an operation below the endpoint's base URL, or null where it has none. */
  path(operation: Operation): string | null;
  /** Headers that carry the credential. Never logged. */
  authorise(credential: string): Readonly<Record<string, string>>;
  /** The member that bounds the output of models released under that name. */
  maxTokensField(upstreamModel: string): 'max_tokens' | 'max_completion_tokens';
}

const OPENAI_PATHS: Readonly<Record<Operation, string>> = {
  chat: 'chat/completions',
  embeddings: 'embeddings',
  models: 'models',
};

/** OpenAI's reasoning models refuse `max_tokens`; most compatible servers know nothing else. */
const TAKES_MAX_COMPLETION_TOKENS = /^(?:o\d|gpt-[5-9])/;

const openai: ProviderKind = {
  name: 'openai',
  dialect: 'openai',
  path: (operation) => OPENAI_PATHS[operation],
  authorise: (credential) => ({ authorization: `Bearer ${credential}` }),
  maxTokensField: (model) =>
    TAKES_MAX_COMPLETION_TOKENS.test(model) ? 'max_completion_tokens' : 'max_tokens',
};

/** Every kind by name. */
export const PROVIDER_KINDS: ReadonlyMap<string, ProviderKind> = new Map([[openai.name, openai]]);

/**
 * Joins an endpoint's base URL and an operation's path: exactly one slash between them, a query in the base (Azure's
 * `api-version`) kept at the end.
 */
export function joinUrl(baseUrl: string, path: string): string {
  const query = baseUrl.indexOf('?');
  const base = query === -1 ? baseUrl : baseUrl.slice(0, query);
  const trimmed = base.endsWith('/') ? base.slice(0, -1) : base;
  return `${trimmed}/${path}${query === -1 ? '' : baseUrl.slice(query)}`;
}
