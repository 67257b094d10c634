import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { createPriceBody, Page, PriceView } from '@weir/contracts';
import { parseMoney } from '@weir/units';
import { invalidField, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { LiveBroadcast } from '../../live/live-broadcast.js';
import { audit, type Actor } from '../../http/actor.js';
import { AdminPricesRepository, type NewClassPrices, type NewPrice } from './prices.repository.js';

const cursor = z.tuple([z.string().regex(/^\d{1,18}$/)]);
/** Clocks differ a little; anything older would change what past requests cost. */
const PAST_MS_MAX = 60_000;
type Body = z.infer<typeof createPriceBody>;

/** Effective-dated prices: each change is a new version, a request keeps the one it was accepted under. */
@Injectable()
export class AdminPricesService {
  constructor(
    private readonly repository: AdminPricesRepository,
    private readonly live: LiveBroadcast,
  ) {}

  async list(query: {
    model?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  }): Promise<Page<PriceView>> {
    const before = decodeCursor(query.cursor, cursor)?.[0] ?? null;
    const rows = await this.repository.page(query.model ?? null, before, query.limit);
    return pageOf(
      rows,
      query.limit,
      (row) => [row.version],
      (row) => row,
    );
  }

  async get(version: string): Promise<PriceView> {
    const row = await this.repository.find(version);
    if (!row) throw notFound('price');
    return row;
  }

  async create(actor: Actor, body: Body): Promise<PriceView> {
    const price = checked(body, actor.caller.userId);
    const view = await this.repository.transaction(async (on) => {
      const missing = await this.repository.missing(on, price.model, price.endpoint);
      if (missing) throw invalidField(missing, `There is no such ${missing}.`);
      const kind = await this.repository.kindOf(on, price.model);
      if (body.confirm_zero !== true) refuseFree(price, kind === 'chat' || kind === 'audio');
      const version = await this.repository.insert(on, price);
      await audit(on, actor, 'price.create', { target: `price:${version}`, after: body });
      return this.repository.find(version, on);
    });
    if (!view) throw notFound('price');
    this.live.priceChanged(view.model);
    return view;
  }
}

function checked(body: Body, createdBy: string): NewPrice {
  const price: NewPrice = {
    model: body.model,
    endpoint: body.endpoint ?? null,
    validFrom: body.valid_from ?? null,
    ...classPricesOf(body),
    requestNano: optional(body.request),
    tiers: (body.tiers ?? []).map((tier) => ({
      aboveTokens: tier.above_tokens,
      ...classPricesOf(tier),
    })),
    reason: body.reason ?? null,
    createdBy,
  };
  if (body.valid_from !== undefined && Date.parse(body.valid_from) < Date.now() - PAST_MS_MAX)
    throw invalidField(
      'valid_from',
      'A price cannot begin in the past: requests keep the price they were accepted under.',
    );
  return price;
}

type ClassBody = Pick<
  Body,
  'input' | 'output' | 'cache_read' | 'cache_write_5m' | 'cache_write_1h'
>;

const classPricesOf = (body: ClassBody): NewClassPrices => ({
  inputNano: parseMoney(body.input),
  outputNano: parseMoney(body.output),
  cacheReadNano: optional(body.cache_read),
  cacheWrite5mNano: optional(body.cache_write_5m),
  cacheWrite1hNano: optional(body.cache_write_1h),
});

/** E-Z5: whoever prices a class at 0 says so twice. */
function refuseFree(price: NewPrice, hasOutput: boolean): void {
  const free = new Set<string>();
  for (const prices of [price, ...price.tiers]) {
    if (prices.inputNano === 0n) free.add('input');
    if (prices.outputNano === 0n && hasOutput) free.add('output');
    if (prices.cacheReadNano === 0n) free.add('cache_read');
    if (prices.cacheWrite5mNano === 0n) free.add('cache_write_5m');
    if (prices.cacheWrite1hNano === 0n) free.add('cache_write_1h');
  }
  if (free.size > 0)
    throw invalidField(
      'confirm_zero',
      `This price makes ${[...free].join(', ')} free: send confirm_zero: true if that is meant.`,
    );
}

const optional = (text: string | null | undefined): bigint | null =>
  text === null || text === undefined ? null : parseMoney(text);
