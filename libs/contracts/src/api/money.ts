import { z } from 'zod';
import { instant, money, moneyNotNegative, page, paging } from './shapes.js';

/** `available` = balance − held. `granted` is the granted credit left. `seq` is the account's newest live seq. */
export const balanceView = z.object({
  balance: money,
  held: money,
  available: money,
  granted: money,
  currency: z.string(),
  spent_this_month: money,
  spent_total: money,
  seq: z.number().int(),
});
export type BalanceView = z.infer<typeof balanceView>;

export const ledgerQuery = z.strictObject({
  ...paging,
  what: z.enum(['usage', 'grant', 'purchase', 'refund', 'adjustment']).optional(),
});
export const ledgerEntry = z.object({
  seq: z.number().int(),
  at: instant,
  amount: money,
  what: z.string(),
  ref: z.string(),
  note: z.string().nullable(),
  balance_after: money,
});
export const ledgerPage = page(ledgerEntry);
export type LedgerEntry = z.infer<typeof ledgerEntry>;

export const creditBody = z.strictObject({
  amount: moneyNotNegative,
  note: z.string().max(300).optional(),
});
export type CreditBody = z.infer<typeof creditBody>;
export const creditResult = z.object({
  balance: money,
  currency: z.string(),
  seq: z.number().int(),
});
