import { chatEdits, embeddingsEdits, rewriteRequest } from '@weir/providers';
import type { ServedEndpoint } from '../config-cache/served-endpoint.js';
import type { Call } from '../request/call.js';
import type { Exchange } from '../request/exchange.js';

/** The body for one endpoint: the client's bytes, but for the few members that must be set or must not pass. */
export function upstreamBody(x: Exchange, call: Call, endpoint: ServedEndpoint): Uint8Array {
  const { upstreamModel, maxTokensField } = endpoint;
  const edits =
    x.route.operation === 'chat'
      ? chatEdits(call.parsed, call.reading, {
          upstreamModel,
          maxTokens: x.sentMaxTokens,
          maxTokensField,
        })
      : embeddingsEdits(call.reading, upstreamModel);
  return rewriteRequest(call.body, call.object, edits);
}
