import type {
  AllowanceKind,
  AllowanceRef,
  AllowanceState,
  BatchRef,
  LeaseCounters,
} from './money-types.js';

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

/** To the names of the SQL functions; amounts (need, want, known, returned) keep theirs and become text. */
export function writeItem(
  item: AllowanceRef & Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { owner: o, kind: k, period: p, ...amounts } = item;
  const texts = Object.entries(amounts).map(([name, amount]): [string, string] => [
    name,
    String(amount),
  ]);
  return { o, k, p, ...Object.fromEntries(texts) };
}

/** Batches with their numbers as text. */
export function writeBatches(batches: readonly BatchRef[]): [string, string][] {
  return batches.map(([epoch, batch]) => [epoch, String(batch)]);
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
