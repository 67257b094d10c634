/**
 * What a request needs of the model that answers it: routing leaves out models that lack one of these. Only what the
 * request itself says counts; a capability is needed when leaving it out would change the answer.
 */
export interface RequestNeeds {
  /** It defines tools, or speaks of earlier calls. */
  readonly tools: boolean;
  readonly images: boolean;
  /** Recordings in the request, or speech asked for in the answer. */
  readonly audio: boolean;
  readonly files: boolean;
  /** The answer must be JSON. */
  readonly json: boolean;
  /** It asks the model to think first. */
  readonly reasoning: boolean;
}

/** Plain words in, plain words out. */
export const NO_NEEDS: RequestNeeds = Object.freeze({
  tools: false,
  images: false,
  audio: false,
  files: false,
  json: false,
  reasoning: false,
});

/** Anthropic's own instructions before the tools of a request: some 350 to 700 tokens, by model and choice. */
const TOOL_PROMPT_TOKENS = 1_000;
/** The instructions that go with a schema, or stand in for a JSON mode. */
const JSON_PROMPT_TOKENS = 500;

/**
 * Tokens that a provider of another dialect may add to the input for what a request needs, at most. They belong in its
 * bound whatever its dialect, for the endpoint that will serve it is chosen later.
 */
export function addedPromptTokens({ tools, json }: RequestNeeds): number {
  return (tools ? TOOL_PROMPT_TOKENS : 0) + (json ? JSON_PROMPT_TOKENS : 0);
}
