import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Page, tokenPriceBody } from '@weir/contracts';
import { NANO_PER_UNIT, parseMoney } from '@weir/units';
import { invalidField } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { audit, type Actor } from '../../http/actor.js';
import { SETTINGS, type ConsoleSettings } from '../../settings.js';
import { AdminTokenPriceRepository, type TokenPriceRow } from './token-price.repository.js';

const cursor = z.tuple([z.string().regex(/^\d{1,18}$/)]);
const PAST_MS_MAX = 60_000;

/** The EUR value of one effective token, with its history. */
@Injectable()
export class AdminTokenPriceService {
  constructor(
    private readonly repository: AdminTokenPriceRepository,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

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
    const rateNano = this.rateOf(body);
    return this.repository.transaction(async (on) => {
      const row = await this.repository.insert(on, {
        priceNano: parseMoney(body.eur_per_token),
        rateNano,
        validFrom: body.valid_from ?? null,
        createdBy: actor.caller.userId,
      });
      await audit(on, actor, 'token_price.create', {
        target: `token_price:${row.version}`,
        after: body,
      });
      return row;
    });
  }

  /** Nano of the ledger currency per EUR; null = keep what was stated before. */
  private rateOf(body: z.infer<typeof tokenPriceBody>): bigint | null {
    const given = body.eur_rate === undefined ? null : parseMoney(body.eur_rate);
    if (this.settings.currency === 'EUR') {
      if (given !== null && given !== NANO_PER_UNIT)
        throw invalidField('eur_rate', 'The ledger is in EUR: leave the rate out, or send "1".');
      return NANO_PER_UNIT;
    }
    if (given === 0n)
      throw invalidField('eur_rate', 'Write how many units of the ledger currency one EUR is.');
    return given;
  }
}
