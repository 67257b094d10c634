import type { ErrorCodeName } from '@weir/contracts';
import type { Charged, ProgressUsage } from '../money/money-path.types.js';
import type { Exchange } from '../request/exchange.js';

/** How a request ended, as its row tells it. */
export interface Ending {
  /** `ok` or the code of what went wrong. */
  readonly status: 'ok' | ErrorCodeName;
  readonly httpStatus: number;
  /** Null = nothing was used: cost 0. */
  readonly usage: ProgressUsage | null;
  readonly source: 'reported' | 'drained' | 'counted' | 'estimated' | 'none';
  readonly finishReason: string | null;
  readonly reportedModel: string | null;
  /** Output tokens upstream produced after a refused slice, borne by the operator (H36). */
  readonly surplusTokens: number;
}

/** Who goes on once a request's `end` is journaled. */
export interface Finisher {
  /** The final bytes may go out now. */
  onCharged(ending: Ending, charged: Charged): void;
  /** Neither journal nor PostgreSQL took the end: the final bytes must not leave (H20). */
  onUnrecorded(ending: Ending): void;
}

/** Ends requests: price, journal, release. */
export interface Ender {
  /** Journals the end at the end of this turn of the event loop, then tells `finisher`. */
  end(x: Exchange, ending: Ending, finisher: Finisher): void;
  /** Everything is written: gives slots back and counts. `charged` null = its `end` could not be journaled. */
  close(x: Exchange, ending: Ending, charged: Charged | null): void;
}
