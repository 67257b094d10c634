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

/** Ends requests: price, journal, release. */
export interface Ender {
  /** A promise only when the journal must be synced first; only then may the final bytes go out. */
  end(x: Exchange, ending: Ending): Charged | Promise<Charged>;
  /** Everything is written: gives slots back and counts. `charged` null = its `end` could not be journaled. */
  close(x: Exchange, ending: Ending, charged: Charged | null): void;
}
