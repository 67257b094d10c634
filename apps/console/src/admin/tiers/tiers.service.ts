import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { tierBody, type Page, type tierView } from '@weir/contracts';
import type { TierEntity } from '@weir/data';
import { parseMoney } from '@weir/units';
import { ApiError, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { defined } from '../../http/defined.js';
import { audit, type Actor } from '../../http/actor.js';
import { factorField } from '../factor-field.js';
import { toTierView } from './tiers.mapper.js';
import { AdminTiersRepository } from './tiers.repository.js';

/** PATCH: the same fields, none needed. */
export const updateTierBody = tierBody.partial();
const cursor = z.tuple([z.string().max(100)]);
type TierView = z.infer<typeof tierView>;
type UpdateBody = z.infer<typeof updateTierBody>;

/** Default limits and price factors of accounts. */
@Injectable()
export class AdminTiersService {
  constructor(private readonly repository: AdminTiersRepository) {}

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<TierView>> {
    const rows = await this.repository.page(
      decodeCursor(query.cursor, cursor)?.[0] ?? null,
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.name], toTierView);
  }

  async get(id: string): Promise<TierView> {
    const row = await this.repository.find(id);
    if (!row) throw notFound('tier');
    return toTierView(row);
  }

  async create(actor: Actor, body: z.infer<typeof tierBody>): Promise<TierView> {
    const id = randomUUID();
    await this.repository.transaction(async (on) => {
      if (body.is_default === true) await this.repository.clearDefault(on);
      await this.repository.insert(on, { id, ...columnsOf(body) });
      await audit(on, actor, 'tier.create', { target: `tier:${id}`, after: body });
    });
    return this.get(id);
  }

  async update(actor: Actor, id: string, body: UpdateBody): Promise<TierView> {
    await this.repository.transaction(async (on) => {
      const before = await this.repository.find(id, on);
      if (!before) throw notFound('tier');
      if (before.is_default && body.is_default === false)
        throw new ApiError('conflict', 'Make another tier the default instead.');
      if (body.is_default === true && !before.is_default) await this.repository.clearDefault(on);
      await this.repository.update(on, id, columnsOf(body));
      await audit(on, actor, 'tier.update', { target: `tier:${id}`, before, after: body });
    });
    return this.get(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      const row = await this.repository.find(id, on);
      if (!row) throw notFound('tier');
      if (row.is_default)
        throw new ApiError(
          'conflict',
          'The default tier cannot be deleted: make another one the default first.',
        );
      // Accounts in the tier make PostgreSQL refuse: 409.
      await this.repository.remove(on, id);
      await audit(on, actor, 'tier.delete', { target: `tier:${id}`, before: row });
    });
  }
}

function columnsOf(body: UpdateBody): Partial<TierEntity> {
  const { price_factor, monthly_credit, ...rest } = body;
  return {
    ...defined(rest),
    ...(price_factor === undefined
      ? {}
      : { price_factor: factorField('price_factor', price_factor) }),
    ...(monthly_credit === undefined ? {} : { monthly_credit_nano: parseMoney(monthly_credit) }),
  };
}
