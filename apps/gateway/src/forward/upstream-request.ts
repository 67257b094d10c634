import type { RequestProblem, UpstreamRequest } from '@weir/providers';
import type { ServedEndpoint } from '../config-cache/served-endpoint.js';
import type { Call } from '../request/call.js';
import type { Exchange } from '../request/exchange.js';
import type { Way } from './ways.js';

/** The request for one endpoint: the client's bytes but for what must be set, or their translation. */
export function upstreamRequest(
  x: Exchange,
  call: Call,
  endpoint: ServedEndpoint,
  way: Way,
): UpstreamRequest {
  const { upstreamModel, maxTokensField } = endpoint;
  return way.request({
    body: call.body,
    object: call.object,
    parsed: call.parsed,
    reading: call.reading,
    upstreamModel,
    maxTokens: x.sentMaxTokens,
    maxTokensField,
    outputTokensMax: x.model?.outputTokensMax ?? null,
  });
}

/** Why an endpoint that was asked for nothing cannot take the request. */
export function noSuchOperation(x: Exchange): RequestProblem {
  const message = `No provider of the model "${x.model?.id ?? ''}" takes ${x.route.path}.`;
  return { message, param: 'model' };
}
