import type { Transaction } from '../database/database.js';
import type { Identity } from './access.js';

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
  change: { readonly target: string; readonly before?: unknown; readonly after?: unknown },
): Promise<void> {
  await on.money.auditAppend({ actor: actor.caller.userId, action, ip: actor.ip, ...change });
}
