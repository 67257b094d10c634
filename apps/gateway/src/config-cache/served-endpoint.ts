import type { CompletePrice } from '@weir/domain';
import type { MaxTokensField, Operation, UpstreamDialect } from '@weir/providers';
import type { Factor } from '@weir/units';
import type { Pool } from 'undici';
import type { ForwardedHeaders } from '../forward/upstream-headers.js';
import type { BeginCandidate } from '../money/money-path.types.js';

/** An endpoint ready to be called: everything a request would otherwise compute is computed once per catalogue. */
export interface ServedEndpoint {
  readonly id: string;
  /** Id of the model it serves. */
  readonly model: string;
  /** Provider's slug, as rows, headers and pulses name it. */
  readonly provider: string;
  readonly region: string | null;
  /** Model name the provider knows. */
  readonly upstreamModel: string;
  readonly priority: number;
  readonly weight: number;
  /** Grams of CO₂e per 1,000 tokens; null = unknown. */
  readonly carbonGrams: number | null;
  /** Server cost factor, ten-thousandths. */
  readonly serverFactor: Factor;
  readonly pool: Pool;
  /** What its bytes are in. */
  readonly dialect: UpstreamDialect;
  /** Whether it serves OpenAI's Responses itself: its model has the capability `responses`. */
  readonly servesResponses: boolean;
  /** Path of each operation it has, the base URL's path and query included. */
  readonly paths: ReadonlyMap<Operation, string>;
  /** The member that bounds output where the client named none. */
  readonly maxTokensField: MaxTokensField;
  /** Flat, lower-case request headers with the credential: never logged. */
  readonly headers: string[];
  readonly forwarded: ForwardedHeaders;
}

/** An endpoint with the price one tier pays now. */
export interface PricedEndpoint {
  readonly endpoint: ServedEndpoint;
  /** Tier factor included. */
  readonly price: CompletePrice;
  /** The one number that routing compares prices by, nano per million tokens. */
  readonly comparableNano: bigint;
  /** The very object that `begin` journals, made once. */
  readonly begin: BeginCandidate;
}

/** A model clients may name. */
export interface ServedModel {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'chat' | 'embeddings' | 'images' | 'audio' | 'rerank';
  readonly contextTokens: number | null;
  readonly outputTokensMax: number | null;
  readonly imageTokensMax: number;
  /** Whether output is billed that is not seen: such a request holds its whole bound. */
  readonly hiddenOutput: boolean;
  readonly createdAtMs: number;
  readonly endpoints: readonly ServedEndpoint[];
  /** What it can do, in the catalogue's words. */
  readonly capabilities: readonly string[];
  /** Whether images are accepted, and with them larger bodies. */
  readonly takesImages: boolean;
}
