import { z } from 'zod';

export const ROLES = ['user', 'operator', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** At least 10 characters; length beats composition rules (ASVS 5.0 §6.2). */
export const password = z.string().min(10, 'Use at least 10 characters.').max(200);
export const email = z.email().max(254);

export const loginBody = z.strictObject({ email, password: z.string().min(1).max(200) });
export type LoginBody = z.infer<typeof loginBody>;

export const sessionUser = z.object({
  id: z.uuid(),
  email,
  name: z.string(),
  role,
  must_change_password: z.boolean(),
});
export type SessionUser = z.infer<typeof sessionUser>;

export const session = z.object({
  access_token: z.string(),
  /** Seconds. */
  expires_in: z.number().int(),
  user: sessionUser,
});
export type Session = z.infer<typeof session>;

export const changePasswordBody = z.strictObject({
  current_password: z.string().min(1).max(200),
  new_password: password,
});
export type ChangePasswordBody = z.infer<typeof changePasswordBody>;

export const me = z.object({
  id: z.uuid(),
  email,
  name: z.string(),
  role,
  must_change_password: z.boolean(),
  account: z.object({ id: z.uuid(), currency: z.string() }),
  tier: z.object({ id: z.uuid(), name: z.string() }),
  lifetime_requests: z.number().int(),
  time_zone: z.string().nullable(),
  locale: z.string(),
  /** Where SDKs send requests, e.g. http://127.0.0.1:4000/v1 */
  gateway_url: z.string(),
});
export type Me = z.infer<typeof me>;

export const updateMeBody = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  time_zone: z.string().max(64).nullable().optional(),
  locale: z.enum(['en', 'de']).optional(),
});
export type UpdateMeBody = z.infer<typeof updateMeBody>;
