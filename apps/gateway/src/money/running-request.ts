import type { Hold as LeaseHold } from '@weir/domain';
import type { Epoch } from '../epoch/epoch.js';
import type { Journaled, Segment } from '../journal/segment.js';
import type { HeldAccount } from './held-accounts.js';
import type { BeginRecord, Hold } from './money-path.types.js';

/** How far a request has come. */
export type Stage = 'held' | 'begun' | 'ended' | 'void';

/** What makes an admitted request. */
export interface RunningRequestInput {
  readonly id: string;
  readonly key: string;
  /** Instant of the hold on the database's clock, ms since 1970. */
  readonly acceptedAtMs: number;
  readonly epoch: Epoch;
  readonly account: HeldAccount;
  readonly hold: LeaseHold;
  /** Bit k = kind k has a cap. */
  readonly cappedKinds: number;
}

/**
 * An admitted request: its hold on the leases, its place in the journal. One object per request, for
 * everything here is touched on the hot path.
 */
export class RunningRequest implements Hold, Journaled {
  stage: Stage = 'held';
  record: BeginRecord | null = null;
  segment: Segment | null = null;
  olderSegments: Segment[] | null = null;
  /** Charged in the end, nano; counts as held until PostgreSQL has it. */
  chargedNano = 0n;
  readonly id: string;
  readonly key: string;
  readonly acceptedAtMs: number;
  readonly epoch: string;
  readonly account: string;
  readonly epochState: Epoch;
  readonly heldAccount: HeldAccount;
  readonly hold: LeaseHold;
  readonly cappedKinds: number;
  private text: string | null = null;

  constructor(input: RunningRequestInput) {
    this.id = input.id;
    this.key = input.key;
    this.acceptedAtMs = input.acceptedAtMs;
    this.epoch = input.epoch.id;
    this.account = input.account.id;
    this.epochState = input.epoch;
    this.heldAccount = input.account;
    this.hold = input.hold;
    this.cappedKinds = input.cappedKinds;
  }

  get heldByKind(): readonly bigint[] {
    return this.hold.heldByKind;
  }

  /** Money held for it, nano. The balance always has a cap. */
  get heldNano(): bigint {
    return this.hold.heldByKind[0];
  }

  /** `["0",…]` as in the journal. */
  get holdsText(): string {
    this.text ??= `["${this.holds().join('","')}"]`;
    return this.text;
  }

  /** Held on each kind as text, for the settlement row. */
  holds(): string[] {
    const texts: string[] = [];
    // Kinds that hold the same amount share its text: writing a bigint costs more than comparing two.
    let last = 0n;
    let lastText = '0';
    for (const held of this.hold.heldByKind) {
      if (held === 0n) {
        texts.push('0');
        continue;
      }
      if (held !== last) {
        last = held;
        lastText = held.toString();
      }
      texts.push(lastText);
    }
    return texts;
  }

  /** The hold grew: its text is written anew. */
  holdChanged(): void {
    this.text = null;
  }
}
