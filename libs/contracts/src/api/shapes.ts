import { z } from 'zod';

/** Money on the wire: a decimal string in the ledger currency, at most 9 decimals, never a float. */
export const money = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,9})?$/, 'Write money as a decimal string such as "12.50".')
  .meta({ example: '12.50' });
/** Money that is not negative. */
export const moneyNotNegative = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,9})?$/, 'Write an amount as a decimal string such as "12.50".')
  .meta({ example: '12.50' });
/** ISO-8601 instant, UTC. */
export const instant = z.iso.datetime({ offset: true });
/** A factor 0.01 … 100 with at most four decimals, as a decimal string. */
export const factor = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,4})?$/, 'Write a factor between 0.01 and 100 such as "1.5".');

/** A page of a keyset list: pass `next_cursor` back as `cursor`; null = the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** Common list parameters. */
export const paging = {
  cursor: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
};
