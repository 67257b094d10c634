import type { RequestProblem, UpstreamRequest } from '@weir/providers';
import type { ServedEndpoint } from '../config-cache/served-endpoint.js';
import type { Call } from '../request/call.js';
import type { Exchange } from '../request/exchange.js';
import type { LargeBodies } from '../request/large-bodies.js';
import type { Way } from './ways.js';

/**
 * The request for one endpoint: the client's bytes but for what must be set, or their translation. A promise only for
 * a large body that is translated, which is done beside the event loop; it may reject with LargeBodyError.
 */
export function upstreamRequest(
  x: Exchange,
  call: Call,
  endpoint: ServedEndpoint,
  { way, largeBodies }: { readonly way: Way; readonly largeBodies: LargeBodies },
): UpstreamRequest | Promise<UpstreamRequest> {
  const { upstreamModel, maxTokensField, dialect } = endpoint;
  const { body, object, reading } = call;
  const { sentMaxTokens: maxTokens } = x;
  const outputTokensMax = x.model?.outputTokensMax ?? null;
  const input = {
    body,
    object,
    reading,
    upstreamModel,
    maxTokens,
    maxTokensField,
    outputTokensMax,
  };
  const { client } = x.route;
  if (!call.whole && !way.passesBytes && client !== null) {
    return largeBodies.translate(client, dialect, input);
  }
  return way.request({ ...input, parsed: call.parsed });
}

/** Why an endpoint that was asked for nothing cannot take the request. */
export function noSuchOperation(x: Exchange): RequestProblem {
  const message = `No provider of the model "${x.model?.id ?? ''}" takes ${x.route.path}.`;
  return { message, param: 'model' };
}
