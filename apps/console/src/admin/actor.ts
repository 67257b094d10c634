import type { Transaction } from '../database/database.js';
import type { Identity } from '../http/access.js';

/** Who changes something, and from where: every change of an admin is audited with it. */
export interface Actor {
  readonly caller: Identity;
  readonly ip: string;
}

/** Writes one entry of the hash-chained audit log, in the transaction of the change. */
export async function audit(
  on: Transaction,
  actor: Actor,
  action: string,
  target: string,
  change: { readonly before?: unknown; readonly after?: unknown } = {},
): Promise<void> {
  await on.money.auditAppend({ actor: actor.caller.userId, action, target, ip: actor.ip, ...change });
}
