import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Page, tokenPriceBody } from '@weir/contracts';
import { parseMoney } from '@weir/units';
import { invalidField } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { audit, type Actor } from '../../http/actor.js';
import { AdminTokenPriceRepository, type TokenPriceRow } from './token-price.repository.js';

const cursor = z.tuple([z.string().regex(/^\d{1,18}$/)]);
const PAST_MS_MAX = 60_000;

/** The EUR value of one effective token, with its history. */
@Injectable()
export class AdminTokenPriceService {
  constructor(private readonly repository: AdminTokenPriceRepository) {}

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<TokenPriceRow>> {
    const rows = await this.repository.page(
      decodeCursor(query.cursor, cursor)?.[0] ?? null,
      query.limit,
    );
    return pageOf(
      rows,
      query.limit,
      (row) => [row.version],
      (row) => row,
    );
  }

  async add(actor: Actor, body: z.infer<typeof tokenPriceBody>): Promise<TokenPriceRow> {
    if (body.valid_from !== undefined && Date.parse(body.valid_from) < Date.now() - PAST_MS_MAX)
      throw invalidField('valid_from', 'A price cannot begin in the past.');
    return this.repository.transaction(async (on) => {
      const row = await this.repository.insert(
        on,
        parseMoney(body.eur_per_token),
        body.valid_from ?? null,
        actor.caller.userId,
      );
      await audit(on, actor, 'token_price.create', {
        target: `token_price:${row.version}`,
        after: body,
      });
      return row;
    });
  }
}
