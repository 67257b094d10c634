import { storedRouting, type LoadedKey } from '@weir/data';
import { FACTOR_ONE, factor, type Factor } from '@weir/units';
import type { RoutingLevel } from '@weir/domain';
import { AddressRules } from '../admit/address-rules.js';
import { keyLimitsOf, type KeyLimits } from '../limits/limit-rules.js';

/** What the hot path needs to know of a key, its account and its tier; immutable: a change makes a new entry. */
export interface KeyEntry {
  readonly id: string;
  readonly account: string;
  readonly label: string;
  /** First 16 characters: all that logs and screens may show. */
  readonly prefix: string;
  readonly enabled: boolean;
  /** Instant of revocation, ms since 1970; a rotated key's lies in the future while its grace lasts. */
  readonly revokedAtMs: number | null;
  readonly expiresAtMs: number | null;
  /** Whether the owner is not suspended. */
  readonly ownerActive: boolean;
  readonly routes: ReadonlySet<string>;
  /** Models that key and tier both allow; null = all. */
  readonly allowedModels: ReadonlySet<string> | null;
  readonly regionPin: string | null;
  /** Null = every address. */
  readonly addressRules: AddressRules | null;
  /** Limits of the key and of its tier on requests and tokens; null = none. */
  readonly limits: KeyLimits | null;
  /** Bit k = allowance kind k has a cap. */
  readonly cappedKinds: number;
  /** Bit k = kind k has the cap 0, which refuses even what costs nothing. */
  readonly blockedKinds: number;
  /** Tier's factor on every price, ten-thousandths. */
  readonly priceFactor: Factor;
  /** Factor of the active expert template on tokens, ten-thousandths. */
  readonly templateFactor: Factor;
  readonly templateName: string | null;
  /** Wishes of the key and its account for routing, the key's first; empty = none, as almost always. */
  readonly routing: readonly RoutingLevel[];
}

/** Joins a key with what its tier adds: the stricter of the two holds. */
export function keyEntryOf(key: LoadedKey): KeyEntry {
  return {
    id: key.id,
    account: key.account,
    label: key.label,
    prefix: key.prefix,
    enabled: key.enabled,
    revokedAtMs: key.revokedAtMs,
    expiresAtMs: key.expiresAtMs,
    ownerActive: key.ownerActive,
    routes: new Set(key.routes),
    allowedModels: bothAllow(key.allowedModels, key.tierAllowedModels),
    regionPin: key.regionPin,
    addressRules: AddressRules.from(key.ipAllow, key.ipDeny),
    limits: keyLimitsOf(key),
    cappedKinds: key.cappedKinds,
    blockedKinds: key.blockedKinds,
    priceFactor: factor(key.priceFactor),
    templateFactor: key.template === null ? FACTOR_ONE : factor(key.template.factor),
    templateName: key.template?.name ?? null,
    routing: storedRouting(key),
  };
}

function bothAllow(
  key: readonly string[] | null,
  tier: readonly string[] | null,
): ReadonlySet<string> | null {
  if (key === null) return tier === null ? null : new Set(tier);
  if (tier === null) return new Set(key);
  const allowedByTier = new Set(tier);
  return new Set(key.filter((model) => allowedByTier.has(model)));
}
