import {
  pairOf,
  RESPONSES_NATIVE,
  type ClientDialect,
  type Operation,
  type Pair,
  type UpstreamDialect,
} from '@weir/providers';
import { EMBEDDINGS_WAY } from '../embeddings/embeddings-way.js';
import type { ServedEndpoint } from '../config-cache/served-endpoint.js';
import type { ProxyRoute } from '../request/proxy-route.js';

/** How a request's bytes get to one endpoint and its answer back: a pair of dialects, or no conversation at all. */
export type Way = Pick<Pair, 'passesBytes' | 'request' | 'answer' | 'stream'>;

/** A way, and the path at the endpoint that it leads to. */
export interface EndpointWay {
  readonly way: Way;
  readonly path: string;
}

/** The way from a route to an endpoint, or null where the endpoint has no such operation. */
export function wayTo(
  route: ProxyRoute,
  endpoint: ServedEndpoint,
  stream: boolean,
): EndpointWay | null {
  const { client } = route;
  const way = client === null ? EMBEDDINGS_WAY : pairTo(client, endpoint);
  if (way === null) return null;
  const path = endpoint.paths.get(operationOf(client, way, stream));
  return path === undefined ? null : { way, path };
}

/** Looked up once: `pairOf` joins its names into a key, which is not for every request. */
function pairsOf(client: ClientDialect): Readonly<Record<UpstreamDialect, Pair | null>> {
  return {
    openai: pairOf(client, 'openai'),
    anthropic: pairOf(client, 'anthropic'),
    gemini: pairOf(client, 'gemini'),
  };
}

const PAIRS: Readonly<Record<ClientDialect, Readonly<Record<UpstreamDialect, Pair | null>>>> = {
  'openai-chat': pairsOf('openai-chat'),
  'openai-completions': pairsOf('openai-completions'),
  'openai-responses': pairsOf('openai-responses'),
  anthropic: pairsOf('anthropic'),
  gemini: pairsOf('gemini'),
};

/** An endpoint that serves Responses itself gets them as they are; to the others they are translated. */
function pairTo(client: ClientDialect, endpoint: ServedEndpoint): Pair | null {
  const isNative = client === 'openai-responses' && endpoint.servesResponses;
  return isNative ? RESPONSES_NATIVE : PAIRS[client][endpoint.dialect];
}

/** What is asked of the endpoint: a dialect whose bytes pass has its own path there, a translated one the chat's. */
function operationOf(client: ClientDialect | null, way: Way, stream: boolean): Operation {
  if (client === null) return 'embeddings';
  if (way.passesBytes && client === 'openai-completions') return 'completions';
  if (way.passesBytes && client === 'openai-responses') return 'responses';
  return stream ? 'chat_stream' : 'chat';
}
