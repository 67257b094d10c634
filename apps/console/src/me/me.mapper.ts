import type { Me } from '@weir/contracts';
import type { MeRow } from './me.repository.js';

/** The answer of GET /api/me. */
export const toMe = (row: MeRow, currency: string, gatewayUrl: string): Me => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  must_change_password: row.must_change_password,
  account: { id: row.account, currency },
  tier: { id: row.tier, name: row.tier_name },
  lifetime_requests: Number(row.lifetime_requests),
  time_zone: row.time_zone,
  locale: row.locale,
  gateway_url: `${gatewayUrl}/v1`,
});
