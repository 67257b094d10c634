import type { GatewayLimits } from '../limits.js';
import type { Exchange } from '../request/exchange.js';

/** Ordinary text has about four bytes a token: for figures that are estimates, never for bounds. */
const BYTES_PER_TOKEN = 4;

/** Notes the input's upper bound and an estimate of it. */
export function measure(x: Exchange): void {
  const { call, model } = x;
  if (call === null || model === null) return;
  const { inputTokensBound, images, audios, files } = call.reading;
  const media = (images + audios + files) * model.imageTokensMax;
  const bound = inputTokensBound + media;
  // A provider refuses what its context cannot hold, so no more can be billed.
  x.inputTokensBound =
    model.contextTokens === null ? bound : Math.min(bound, Math.max(model.contextTokens, 1));
  x.inputTokensEstimate = Math.min(
    x.inputTokensBound,
    Math.ceil(inputTokensBound / BYTES_PER_TOKEN) + media,
  );
}

/** The most output this request can cause, all its choices together. */
export function outputCap(x: Exchange, limits: GatewayLimits): number {
  const { call, model } = x;
  if (call === null || model === null || x.route.operation === 'embeddings') return 0;
  const { maxTokens, choices, stream, predictionTokensBound } = call.reading;
  const byModel = model.outputTokensMax ?? model.contextTokens;
  if (maxTokens !== null) {
    const perChoice = byModel === null ? maxTokens : Math.min(maxTokens, byModel);
    return perChoice * choices + predictionTokensBound;
  }
  // Without a stated cap the context is no guide: providers refuse an output bound above their own.
  const unasked =
    stream && model.outputTokensMax !== null
      ? model.outputTokensMax
      : Math.min(byModel ?? limits.defaultOutputTokensMax, limits.defaultOutputTokensMax);
  return unasked * choices + predictionTokensBound;
}
