import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import type {
  CreatedKey,
  CreateKeyBody,
  KeyView,
  Page,
  RotateKeyBody,
  UpdateKeyBody,
} from '@weir/contracts';
import { parseMoney } from '@weir/units';
import type { Transaction } from '../database/database.js';
import type { Identity } from '../http/access.js';
import { audit, type Actor } from '../http/actor.js';
import { ApiError, invalidField, notFound } from '../http/api-error.js';
import { decodeCursor, pageOf } from '../http/cursor.js';
import { CONSOLE_LIMITS } from '../limits.js';
import { ApiKeySecrets } from './api-key-secrets.js';
import { canonicalCidr } from './cidr.js';
import { toKeyView } from './keys.mapper.js';
import { KeysRepository, type KeyColumns, type KeyRow } from './keys.repository.js';

/** Allowance kinds of a key's spend caps. */
const CAP_KINDS = { spend_cap: 4, spend_cap_daily: 5, spend_cap_monthly: 6 } as const;
const cursor = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()]);

/**
 * API keys of one account. Every change is audited and told to the account's sockets in the transaction that
 * made it; gateways learn of it by the database's trigger and act within a second.
 */
@Injectable()
export class KeysService {
  private readonly logger = new Logger('Keys');

  constructor(
    private readonly repository: KeysRepository,
    private readonly secrets: ApiKeySecrets,
  ) {}

  async list(
    caller: Identity,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<Page<KeyView>> {
    const after = decodeCursor(query.cursor, cursor);
    const rows = await this.repository.page(
      caller.accountId,
      after && { createdUs: after[0], id: after[1] },
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.created_us, row.id], toKeyView);
  }

  async get(caller: Identity, id: string): Promise<KeyView> {
    return toKeyView(await this.require(caller, id));
  }

  async create(caller: Identity, body: CreateKeyBody, ip: string): Promise<CreatedKey> {
    const id = randomUUID();
    const minted = this.secrets.mint();
    const view = await this.repository.transaction(async (on) => {
      if ((await this.repository.count(caller.accountId, on)) >= CONSOLE_LIMITS.keysPerAccountMax)
        throw new ApiError(
          'conflict',
          `An account has at most ${CONSOLE_LIMITS.keysPerAccountMax} keys: revoke unused ones.`,
        );
      const columns = await this.checked(caller, body, on);
      await this.repository.insert(on, caller, { id, ...minted.stored }, columns);
      await setCaps(on, id, body);
      return this.changed(on, { caller, ip }, id, 'key.create');
    });
    return { ...view, secret: minted.secret };
  }

  async update(caller: Identity, id: string, body: UpdateKeyBody, ip: string): Promise<KeyView> {
    return this.repository.transaction(async (on) => {
      await this.requireLive(caller, id, on);
      const columns = await this.checked(caller, body, on);
      await this.repository.update(on, caller.accountId, id, columns);
      await setCaps(on, id, body);
      return this.changed(on, { caller, ip }, id, 'key.update');
    });
  }

  /** A successor with the same settings; the old key lives on for the grace period. */
  async rotate(caller: Identity, id: string, body: RotateKeyBody, ip: string): Promise<CreatedKey> {
    const successor = randomUUID();
    const minted = this.secrets.mint();
    const view = await this.repository.transaction(async (on) => {
      await this.requireLive(caller, id, on);
      const old = await this.repository.find(caller.accountId, id, on);
      if (!old) throw notFound('key');
      await this.repository.copy(on, caller, id, {
        id: successor,
        ...minted.stored,
      });
      await setCaps(on, successor, old);
      await this.repository.retire(on, caller.accountId, id, {
        successor,
        graceSeconds: body.grace_seconds,
      });
      await this.changed(on, { caller, ip }, id, 'key.rotate');
      return this.changed(on, { caller, ip }, successor, 'key.create');
    });
    return { ...view, secret: minted.secret };
  }

  async revoke(caller: Identity, id: string, ip: string): Promise<KeyView> {
    return this.repository.transaction(async (on) => {
      if (!(await this.repository.revoke(on, caller.accountId, id, false))) throw notFound('key');
      return this.changed(on, { caller, ip }, id, 'key.revoke');
    });
  }

  /** Revokes and hides; what it did stays in the account's history. */
  async remove(caller: Identity, id: string, ip: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.revoke(on, caller.accountId, id, false))) throw notFound('key');
      await this.changed(on, { caller, ip }, id, 'key.delete');
      await this.repository.revoke(on, caller.accountId, id, true);
    });
  }

  private async require(caller: Identity, id: string): Promise<KeyRow> {
    const row = await this.repository.find(caller.accountId, id);
    if (!row) throw notFound('key');
    return row;
  }

  private async requireLive(caller: Identity, id: string, on: Transaction): Promise<void> {
    if (await this.repository.lockLive(on, caller.accountId, id)) return;
    if (await this.repository.find(caller.accountId, id, on))
      throw new ApiError('conflict', 'The key is revoked; create a new one.');
    throw notFound('key');
  }

  /** Checks what a schema cannot: a key only ever narrows what its owner may do (E-Z3). */
  private async checked(
    caller: Identity,
    body: UpdateKeyBody,
    on: Transaction,
  ): Promise<KeyColumns> {
    const {
      spend_cap: _total,
      spend_cap_daily: _daily,
      spend_cap_monthly: _monthly,
      routing,
      ...columns
    } = body;
    if (typeof body.expires_at === 'string' && Date.parse(body.expires_at) <= Date.now())
      throw invalidField('expires_at', 'Choose an instant in the future.');
    if (
      typeof body.template === 'string' &&
      !(await this.repository.isGranted(caller.accountId, body.template, on))
    )
      throw invalidField('template', 'This template is not granted to your account.');
    if (body.allowed_models) {
      const tier = await this.repository.tierModels(caller.accountId, on);
      const beyond = tier && body.allowed_models.find((model) => !tier.includes(model));
      if (beyond) throw invalidField('allowed_models', `Your tier does not allow ${beyond}.`);
    }
    return {
      ...withoutUndefined(columns),
      ...(body.ip_allow ? { ip_allow: canonical('ip_allow', body.ip_allow) } : {}),
      ...(routing === undefined ? {} : { routing: routing && JSON.stringify(routing) }),
      ...(body.ip_deny ? { ip_deny: canonical('ip_deny', body.ip_deny) } : {}),
    };
  }

  /** Audits the change and tells the account's sockets, all in the transaction of the change. */
  private async changed(
    on: Transaction,
    actor: Actor,
    id: string,
    action: string,
  ): Promise<KeyView> {
    const { caller } = actor;
    const row = await this.repository.find(caller.accountId, id, on);
    if (!row) throw notFound('key');
    const view = toKeyView(row);
    await audit(on, actor, action, {
      target: `api_key:${id}`,
      after: { label: row.label, status: row.status },
    });
    await on.money.liveAppend(caller.accountId, 'key.changed', view);
    this.logger.log({ event: action, keyId: id, userId: caller.userId });
    return view;
  }
}

async function setCaps(
  on: Transaction,
  keyId: string,
  body: { readonly [name in keyof typeof CAP_KINDS]?: string | null | undefined },
): Promise<void> {
  for (const [name, kind] of [
    ['spend_cap', CAP_KINDS.spend_cap],
    ['spend_cap_daily', CAP_KINDS.spend_cap_daily],
    ['spend_cap_monthly', CAP_KINDS.spend_cap_monthly],
  ] as const) {
    const amount = body[name];
    if (amount !== undefined)
      await on.money.setLimit(keyId, kind, amount === null ? null : parseMoney(amount));
  }
}

function canonical(path: string, ranges: readonly string[]): string[] {
  return ranges.map((range, i) => {
    const cidr = canonicalCidr(range);
    if (cidr === null)
      throw invalidField(`${path}.${i}`, 'Write an address or a range such as 10.0.0.0/8.');
    return cidr;
  });
}

/** Without the fields that were not sent: `undefined` must not become a column. */
function withoutUndefined(body: UpdateKeyBodyColumns): KeyColumns {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
type UpdateKeyBodyColumns = Omit<
  UpdateKeyBody,
  'spend_cap' | 'spend_cap_daily' | 'spend_cap_monthly' | 'routing'
>;
