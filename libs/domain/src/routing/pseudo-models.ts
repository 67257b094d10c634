import type { RoutingPolicy } from './policy.js';

/** A model name that stands for "whichever model can do it". */
export interface PseudoModel {
  readonly id: string;
  readonly name: string;
  /** The policy it asks for; null = the one that request, key or account choose. */
  readonly policy: RoutingPolicy | null;
}

/** Names under this prefix are Weir's own: no catalogue entry may take one. */
export const PSEUDO_MODEL_PREFIX = 'weir/';

/** Every pseudo-model, in the order they are listed. */
export const PSEUDO_MODELS: readonly PseudoModel[] = [
  { id: 'weir/auto', name: 'Auto', policy: null },
  { id: 'weir/auto-cheap', name: 'Auto, cheapest', policy: 'prefer-cheapest' },
  { id: 'weir/auto-green', name: 'Auto, least carbon', policy: 'prefer-low-carbon' },
  { id: 'weir/auto-fast', name: 'Auto, fastest', policy: 'prefer-fastest' },
];

/** The pseudo-model of that name, or null. */
export function pseudoModelOf(id: string): PseudoModel | null {
  return PSEUDO_MODELS.find((one) => one.id === id) ?? null;
}
