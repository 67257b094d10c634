/** The dialects that clients speak to Weir, by the paths of spec/api.md. */
export type ClientDialect =
  'openai-chat' | 'openai-completions' | 'openai-responses' | 'anthropic' | 'gemini';

/** The dialects that providers speak. */
export type UpstreamDialect = 'openai' | 'anthropic' | 'gemini';
