/** The seven kinds of allowance. A request has at most one allowance of each, so arrays by kind have seven places. */
export type AllowanceKind = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** One value per kind; index it by the kind. */
export type ByKind<T> = [T, T, T, T, T, T, T];

/** Number of allowance kinds: the length of every `…ByKind` array. */
export const ALLOWANCE_KIND_COUNT = 7;

/** The account's balance, nano. */
export const BALANCE = 0;
/** The account's effective tokens of one UTC day. */
export const TOKENS_DAY = 1;
/** The account's effective tokens of one UTC month. */
export const TOKENS_MONTH = 2;
/** The account's effective tokens ever. */
export const TOKENS_TOTAL = 3;
/** The key's spend ever, nano. */
export const SPEND_TOTAL = 4;
/** The key's spend of one UTC day, nano. */
export const SPEND_DAY = 5;
/** The key's spend of one UTC month, nano. */
export const SPEND_MONTH = 6;

/** All kinds in ascending order, which is also the order in which their rows are locked. */
export const ALLOWANCE_KINDS: readonly AllowanceKind[] = [0, 1, 2, 3, 4, 5, 6];

/** Whether the kind counts effective tokens (else nano). */
export function countsTokens(kind: AllowanceKind): boolean {
  return kind === TOKENS_DAY || kind === TOKENS_MONTH || kind === TOKENS_TOTAL;
}

/** Whether the allowance belongs to the account (else to the key). */
export function ownedByAccount(kind: AllowanceKind): boolean {
  return kind <= TOKENS_TOTAL;
}

/** The amount a request takes of an allowance of this kind: its tokens or its money. */
export function amountOfKind(kind: AllowanceKind, costNano: bigint, tokens: bigint): bigint {
  return countsTokens(kind) ? tokens : costNano;
}
