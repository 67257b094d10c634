import type { SettleRow } from '@weir/contracts';

/** Allowance kinds: 0 balance · 1 tokens/day · 2 tokens/month · 3 tokens/total · 4 spend/total · 5 spend/day · 6 spend/month. */
export type AllowanceKind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Names one allowance. Kinds 1–3 count effective tokens, the others nano. */
export interface AllowanceRef {
  /** Account id (kinds 0–3) or key id (4–6). */
  readonly owner: string;
  readonly kind: AllowanceKind;
  /** `YYYY-MM-DD`: the UTC day, the first of its month, or 1970-01-01. */
  readonly period: string;
}

/** One allowance of a take. `known` is the total granted so far as this gateway knows it (compare-and-set). */
export interface LeaseItem extends AllowanceRef {
  readonly need: bigint;
  readonly want: bigint;
  readonly known: bigint;
}

/** The cumulative counters of a lease; its open part is granted − returned − consumed − released. */
export interface LeaseCounters extends AllowanceRef {
  readonly granted: bigint;
  readonly returned: bigint;
  readonly consumed: bigint;
  readonly released: bigint;
}

/** State of an allowance as the database sees it; cap null = no limit. */
export interface AllowanceState {
  readonly cap: bigint | null;
  readonly used: bigint;
  readonly leased: bigint;
}

/** Answer of `leaseTake`: all items are granted or nothing changed. */
export type TakeOutcome =
  | {
      readonly outcome: 'granted';
      readonly leases: readonly (AllowanceRef & { readonly granted: bigint })[];
    }
  | { readonly outcome: 'resync'; readonly leases: readonly LeaseCounters[] }
  | { readonly outcome: 'refused'; readonly allowance: AllowanceRef & AllowanceState }
  | { readonly outcome: 'closed' };

/** `closed`: the epoch has ended. `behind`: the database went back in time; drop the epoch. */
export type EpochState = 'ok' | 'closed' | 'behind';

/** Answer of `beat`. */
export interface BeatOutcome {
  /** The database's clock, ms since 1970. */
  readonly nowMs: number;
  readonly configSeq: bigint;
  /** Live gateways: open epochs silent for less than 6 ticks. */
  readonly gateways: number;
  readonly epochs: ReadonlyMap<string, EpochState>;
}

/** Answer of `epochOpen`. */
export interface EpochOpened {
  readonly nowMs: number;
  readonly configSeq: bigint;
  /** Open epochs of the same journal that came before: those to close after recovery, and no others. */
  readonly olderEpochs: readonly string[];
}

/** A batch number of an epoch. */
export type BatchRef = readonly [epoch: string, batch: bigint | string];

/** Answer of `settle`. */
export interface SettleOutcome {
  /** Rows that were really new. */
  readonly fresh: number;
  /** Accounts with new live events: NOTIFY `weir_live` for them after the commit. */
  readonly accounts: readonly string[];
  /** Thresholds newly crossed; their jobs wait in the outbox. */
  readonly alerts: number;
}

/** A settlement row, or what is left of one that could not be read. */
export type AnyRow = SettleRow | Readonly<Record<string, unknown>>;

/** One movement of credit. `ref` makes it happen once per `what`. */
export interface CreditInput {
  readonly account: string;
  /** Nano; positive for grant and purchase, negative for refund, either for adjustment. */
  readonly amountNano: bigint;
  readonly what: 'grant' | 'purchase' | 'adjustment' | 'refund';
  readonly ref: string;
  readonly note?: string | null;
  /** The user who did it; null = the system. */
  readonly actor?: string | null;
  /** Only for refunds: take the money even when it is spent or leased (a dispute). */
  readonly forced?: boolean;
}

/** `fresh` is false when this (what, ref) had already happened; `in_use` = refused, try after a reclaim. */
export type CreditOutcome =
  | {
      readonly outcome: 'done';
      readonly fresh: boolean;
      readonly balanceNano: bigint;
      readonly grantedNano: bigint;
      /** Newest live-event seq of the account. */
      readonly seq: number;
    }
  | { readonly outcome: 'in_use'; readonly allowance: AllowanceState };

/** An entry of the hash-chained audit log. */
export interface AuditInput {
  readonly actor: string | null;
  /** `noun.verb`, such as `key.revoke`. */
  readonly action: string;
  /** `table:id`. */
  readonly target: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly ip?: string | null;
}

/** A notification that exists once per (account, dedupe). */
export interface NotificationInput {
  readonly id: string;
  readonly account: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly dedupe: string;
}
