/**
 * The periods of all seven kinds for the requests of this moment. Made once a day and reused, since naming a date
 * costs more than the rest of a hold.
 */
import type { AllowanceKind } from '../allowances/kind.js';
import { ALLOWANCE_KINDS } from '../allowances/kind.js';
import type { Period } from './period.js';
import { DAY_MS, periodOf } from './period.js';

/** Remembers the periods of the last instant's day. The same array comes back until the day changes. */
export class CurrentPeriods {
  #dayNumber = Number.NaN;
  #periods: readonly Period[] = [];

  /** Periods by kind for an instant, ms since 1970. */
  at(acceptedAtMs: number): readonly Period[] {
    const dayNumber = Math.floor(acceptedAtMs / DAY_MS);
    if (dayNumber !== this.#dayNumber) {
      this.#dayNumber = dayNumber;
      this.#periods = ALLOWANCE_KINDS.map((kind: AllowanceKind) => periodOf(kind, acceptedAtMs));
    }
    return this.#periods;
  }
}
