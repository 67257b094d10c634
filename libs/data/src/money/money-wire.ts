import type { AllowanceKind, AllowanceRef, AllowanceState, LeaseCounters } from './money-types.js';

/** An allowance as the SQL functions name it. */
interface WireRef {
  o: string;
  k: AllowanceKind;
  p: string;
}

/** Counters travel as text: they may pass 2^53. */
export interface WireCounters extends WireRef {
  granted: string;
  returned: string;
  consumed: string;
  released: string;
}

/** The allowance that refused a take. */
export interface WireRefused extends WireRef {
  cap: string | null;
  used: string;
  leased: string;
}

/** To the names of the SQL functions; further fields (need, want, known) keep theirs. */
export function writeItem<T extends AllowanceRef>(
  item: T,
): Omit<T, keyof AllowanceRef> & { o: string; k: number; p: string } {
  const { owner: o, kind: k, period: p, ...rest } = item;
  return { ...rest, o, k, p };
}

/** From the names of the SQL functions. */
export function readRef(wire: WireRef): AllowanceRef {
  return { owner: wire.o, kind: wire.k, period: wire.p };
}

/** All counters of one lease. */
export function readCounters(wire: WireCounters): LeaseCounters {
  return {
    ...readRef(wire),
    granted: BigInt(wire.granted),
    returned: BigInt(wire.returned),
    consumed: BigInt(wire.consumed),
    released: BigInt(wire.released),
  };
}

/** Cap, used and leased of one allowance. */
export function readState(wire: {
  cap: string | null;
  used: string;
  leased: string;
}): AllowanceState {
  return {
    cap: wire.cap === null ? null : BigInt(wire.cap),
    used: BigInt(wire.used),
    leased: BigInt(wire.leased),
  };
}
