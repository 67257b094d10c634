/** What a catalogue would have us know; nothing of it is written yet. Nano per million tokens. */
export interface PlannedClassPrices {
  readonly inputNano: bigint;
  readonly outputNano: bigint;
  readonly cacheReadNano: bigint;
  readonly cacheWrite5mNano: bigint;
  /** Null = the usual multiple of the input price. */
  readonly cacheWrite1hNano: bigint | null;
}

/** What a whole request costs whose prompt has more tokens than so many. */
export interface PlannedTier extends PlannedClassPrices {
  readonly aboveTokens: number;
}

/** One price. */
export interface PlannedPrice extends PlannedClassPrices {
  /** Nano per request; null = none. */
  readonly requestNano: bigint | null;
  /** By rising `aboveTokens`. */
  readonly tiers: readonly PlannedTier[];
}

/** A price from an instant on; null = as far back as it is known. */
export interface PlannedVersion {
  readonly startsAt: Date | null;
  readonly price: PlannedPrice;
}

/** A model as a provider offers it. */
export interface PlannedModel {
  /** As clients name it. */
  readonly id: string;
  /** As the provider names it. */
  readonly upstreamModel: string;
  readonly name: string;
  readonly description: string;
  readonly kind: 'chat' | 'embeddings';
  readonly contextTokens: number | null;
  readonly outputTokensMax: number | null;
  readonly hiddenOutput: boolean;
  readonly capabilities: readonly string[];
  /** The price of now, then those of the future. */
  readonly versions: readonly PlannedVersion[];
}

/** A model that is left out, and why. */
export interface SkippedModel {
  readonly model: string;
  readonly reason: string;
}
