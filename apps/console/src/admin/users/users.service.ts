import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type {
  AdminUser,
  BudgetView,
  CreateUserBody,
  Page,
  SetBudgetBody,
  updateUserBody,
} from '@weir/contracts';
import { Passwords } from '../../auth/passwords.js';
import type { Transaction } from '../../database/database.js';
import { ApiError, invalidField, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { audit, type Actor } from '../../http/actor.js';
import { toAdminUser } from './users.mapper.js';
import { AdminUsersRepository, type UserRow } from './users.repository.js';

const cursor = z.tuple([z.string().regex(/^\d{1,18}$/), z.uuid()]);
/** Allowance kinds of an account's token budgets. */
const BUDGET_KINDS = [
  ['daily_limit', 1],
  ['monthly_limit', 2],
  ['total_limit', 3],
] as const;

/** Users, their roles and their budgets. */
@Injectable()
export class AdminUsersService {
  constructor(
    private readonly repository: AdminUsersRepository,
    private readonly passwords: Passwords,
  ) {}

  async list(query: {
    q?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  }): Promise<Page<AdminUser>> {
    const after = decodeCursor(query.cursor, cursor);
    const rows = await this.repository.page(
      query.q ?? null,
      after && { createdUs: after[0], id: after[1] },
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.created_us, row.id], toAdminUser);
  }

  async get(id: string): Promise<AdminUser> {
    return toAdminUser(await this.require(id));
  }

  /** The user's account is made with it; it starts with a balance of 0. */
  async create(actor: Actor, body: CreateUserBody): Promise<AdminUser> {
    const passwordHash = await this.passwords.hash(body.password);
    return this.repository.transaction(async (on) => {
      const id = randomUUID();
      const account = randomUUID();
      await on.money.accountCreate(account, body.name);
      const { email, name, role } = body;
      await this.repository.insert(on, {
        id,
        account,
        email,
        name,
        role,
        passwordHash,
        mustChange: false,
      });
      await audit(on, actor, 'user.create', { target: `app_user:${id}`, after: { email, role } });
      return toAdminUser(await this.require(id, on));
    });
  }

  async update(actor: Actor, id: string, body: z.infer<typeof updateUserBody>): Promise<AdminUser> {
    const passwordHash =
      body.password === undefined ? null : await this.passwords.hash(body.password);
    return this.repository.transaction(async (on) => {
      const before = await this.require(id, on);
      const losesAdmin =
        before.role === 'admin' && (body.active === false || (body.role ?? 'admin') !== 'admin');
      if (losesAdmin && (await this.repository.otherAdmins(on, id)) === 0)
        throw new ApiError('conflict', 'This is the last admin: make somebody else admin first.');
      await this.repository.update(on, id, {
        name: body.name ?? null,
        role: body.role ?? null,
        active: body.active ?? null,
        passwordHash,
      });
      if (body.active === false || passwordHash !== null) await this.repository.endSessions(on, id);
      if (
        body.tier !== undefined &&
        !(await this.repository.setTier(on, before.account, body.tier))
      )
        throw invalidField('tier', 'There is no such tier.');
      const { password: _secret, ...after } = body;
      await audit(on, actor, 'user.update', {
        target: `app_user:${id}`,
        before: { name: before.name, role: before.role, active: before.active, tier: before.tier },
        after: { ...after, ...(passwordHash === null ? {} : { password: 'changed' }) },
      });
      return toAdminUser(await this.require(id, on));
    });
  }

  /** Suspends the user and revokes its keys; usage and ledger stay. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      const user = await this.require(id, on);
      if (user.role === 'admin' && (await this.repository.otherAdmins(on, id)) === 0)
        throw new ApiError('conflict', 'This is the last admin: make somebody else admin first.');
      await this.repository.update(on, id, {
        name: null,
        role: null,
        active: false,
        passwordHash: null,
      });
      await this.repository.endSessions(on, id);
      await this.repository.revokeKeys(on, user.account);
      await audit(on, actor, 'user.delete', { target: `app_user:${id}` });
    });
  }

  async budget(id: string): Promise<BudgetView> {
    return this.repository.transaction(async (on) =>
      this.budgetOf(on, (await this.require(id, on)).account),
    );
  }

  /** Absent = unchanged, null = no limit, 0 blocks everything. */
  async setBudget(actor: Actor, id: string, body: SetBudgetBody): Promise<BudgetView> {
    return this.repository.transaction(async (on) => {
      const { account } = await this.require(id, on);
      const before = await this.budgetOf(on, account);
      if (body.budget_type !== undefined && body.budget_type !== before.budget_type)
        await on.money.setBudgetType(account, body.budget_type);
      for (const [name, kind] of BUDGET_KINDS) {
        const limit = body[name];
        if (limit !== undefined)
          await on.money.setLimit(account, kind, limit === null ? null : BigInt(limit));
      }
      await audit(on, actor, 'budget.set', {
        target: `account:${account}`,
        before: limitsOf(before),
        after: body,
      });
      return this.budgetOf(on, account);
    });
  }

  private async require(id: string, on?: Transaction): Promise<UserRow> {
    const row = await this.repository.find(id, on);
    if (!row) throw notFound('user');
    return row;
  }

  private async budgetOf(on: Transaction, account: string): Promise<BudgetView> {
    const budget = await on.money.budget(account);
    if (!budget) throw notFound('account');
    return budget;
  }
}

const limitsOf = ({
  daily_limit,
  monthly_limit,
  total_limit,
  budget_type,
}: BudgetView): SetBudgetBody => ({
  daily_limit,
  monthly_limit,
  total_limit,
  budget_type,
});
