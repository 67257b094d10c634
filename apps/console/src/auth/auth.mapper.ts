import type { SessionUser } from '@weir/contracts';
import type { UserRow } from './auth.repository.js';

/** What a session tells about its user. */
export const toSessionUser = (row: UserRow): SessionUser => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  must_change_password: row.must_change_password,
});
