import type { AdminUser } from '@weir/contracts';
import type { UserRow } from './users.repository.js';

/** A user as GET /api/admin/users shows it. */
export const toAdminUser = (row: UserRow): AdminUser => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  active: row.active,
  account: { id: row.account },
  tier: { id: row.tier, name: row.tier_name },
  balance: row.balance,
  created_at: row.created_at,
  last_seen_at: row.last_seen_at,
});
