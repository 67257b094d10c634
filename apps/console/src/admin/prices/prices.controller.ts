import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  createPriceBody,
  page,
  paging,
  priceView,
  type Page,
  type PriceView,
} from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminPricesService } from './prices.service.js';

const listQuery = z.strictObject({ ...paging, model: z.string().max(300).optional() });

@Controller('api/admin/prices')
@Access('admin')
export class AdminPricesController {
  constructor(private readonly service: AdminPricesService) {}

  @Get()
  @Answers(page(priceView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<PriceView>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(priceView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: createPriceBody }) body: z.infer<typeof createPriceBody>,
  ): Promise<PriceView> {
    return this.service.create(actor, body);
  }

  @Get(':version')
  @Answers(priceView)
  get(
    @Param('version', { schema: z.string().regex(/^\d{1,18}$/) }) version: string,
  ): Promise<PriceView> {
    return this.service.get(version);
  }
}
