import type { ProviderView } from '@weir/contracts';
import { factor, formatFactor } from '@weir/units';
import type { ProviderRow } from './providers.repository.js';

/** A provider as admins see it: of its credential the last four characters only. */
export const toProviderView = (row: ProviderRow): ProviderView => ({
  ...row,
  cost_factor: formatFactor(factor(row.cost_factor)),
});
