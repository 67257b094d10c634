/**
 * Gives free parts of leases back. The amount leaves memory before PostgreSQL is told, and the call states the
 * total ever returned: sent again until answered, however often it takes effect.
 */
import type { MoneyFunctions } from '@weir/data';
import type { Epoch } from '../epoch/epoch.js';

/** The returner's needs. */
export interface LeaseReturnerInput {
  readonly money: Pick<MoneyFunctions, 'leaseReturn'>;
  readonly retryMs: number;
  /** PostgreSQL calls the epoch closed. */
  readonly onClosed: (epoch: Epoch) => void;
}

export class LeaseReturner {
  private readonly busy = new Map<Epoch, Promise<void>>();

  constructor(private readonly input: LeaseReturnerInput) {}

  /** Tells PostgreSQL all that the epoch's book gives back. Resolves when it answered. */
  send(epoch: Epoch): Promise<void> {
    let sending = this.busy.get(epoch);
    if (sending === undefined) {
      sending = this.sendUntilAnswered(epoch).finally(() => this.busy.delete(epoch));
      this.busy.set(epoch, sending);
    }
    return sending;
  }

  private async sendUntilAnswered(epoch: Epoch): Promise<void> {
    for (;;) {
      const items = epoch.book.pendingReturns();
      if (items.length === 0) return;
      try {
        const answer = await this.input.money.leaseReturn(
          epoch.id,
          items.map(({ ref: { owner, kind, period }, returned }) => ({
            owner,
            kind,
            period,
            returned,
          })),
        );
        if (answer === 'closed') {
          this.input.onClosed(epoch);
          return;
        }
        epoch.book.acknowledgeReturns(items);
      } catch {
        // Failed or unknown: the totals are sent again, which does no harm.
        await new Promise((resolve) => setTimeout(resolve, this.input.retryMs));
      }
    }
  }
}
