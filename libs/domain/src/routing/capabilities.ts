/** What a model must be able to do for a request, and whether it is. */

/** What a request asks of its model. */
export interface NeededCapabilities {
  readonly tools: boolean;
  readonly images: boolean;
  readonly audio: boolean;
  readonly files: boolean;
  readonly json: boolean;
  readonly reasoning: boolean;
  /** Tokens that the context must hold: an estimate of the input, and the output asked for. */
  readonly contextTokens: number;
}

/** What the catalogue says of a model. */
export interface ModelAbilities {
  readonly capabilities: readonly string[];
  /** Null = unknown, which is not held against it. */
  readonly contextTokens: number | null;
}

/** Each need and the catalogue's words for it. */
const WORDS: readonly (readonly [
  Exclude<keyof NeededCapabilities, 'contextTokens'>,
  readonly string[],
])[] = [
  ['tools', ['tools']],
  ['images', ['vision', 'images']],
  ['audio', ['audio']],
  ['files', ['files']],
  ['json', ['json']],
  ['reasoning', ['reasoning']],
];

/** The first need that the model does not meet (`tools`, …, `context`), or null when it can do it all. */
export function lackingCapability(model: ModelAbilities, needs: NeededCapabilities): string | null {
  for (const [need, words] of WORDS) {
    if (needs[need] && !words.some((word) => model.capabilities.includes(word))) return need;
  }
  const { contextTokens } = model;
  return contextTokens !== null && needs.contextTokens > contextTokens ? 'context' : null;
}
