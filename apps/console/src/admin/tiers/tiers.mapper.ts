import type { tierView } from '@weir/contracts';
import { factor, formatFactor } from '@weir/units';
import type { z } from 'zod';
import type { TierRow } from './tiers.repository.js';

/** A tier as admins see it. */
export const toTierView = (row: TierRow): z.infer<typeof tierView> => ({
  ...row,
  price_factor: formatFactor(factor(row.price_factor)),
});
