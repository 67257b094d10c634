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
