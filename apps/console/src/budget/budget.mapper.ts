import type { AlertSettings } from '@weir/contracts';
import type { AlertRow } from './budget.repository.js';

/** Off at 80 % until somebody sets it; an empty address means the account's. */
export const toAlertSettings = (row: AlertRow | undefined): AlertSettings => ({
  enabled: row?.enabled ?? false,
  threshold: row?.threshold ?? 80,
  email: row?.email ?? '',
});
