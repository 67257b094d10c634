import type { TemplateView } from '@weir/contracts';
import { factor, formatFactor } from '@weir/units';
import type { TemplateRow } from './templates.repository.js';

/** A template as admins see it. */
export const toTemplateView = (row: TemplateRow): TemplateView => ({
  ...row,
  cost_factor: formatFactor(factor(row.cost_factor)),
});
