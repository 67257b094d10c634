import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { tierBody, page, paging, tierView, type Page } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminTiersService, updateTierBody } from './tiers.service.js';

const listQuery = z.strictObject(paging);
const id = { schema: z.uuid() };
type View = z.infer<typeof tierView>;
type UpdateBody = z.infer<typeof updateTierBody>;

@Controller('api/admin/tiers')
@Access('admin')
export class AdminTiersController {
  constructor(private readonly service: AdminTiersService) {}

  @Get()
  @Answers(page(tierView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(tierView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: tierBody }) body: z.infer<typeof tierBody>,
  ): Promise<View> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(tierView)
  get(@Param('id', id) tierId: string): Promise<View> {
    return this.service.get(tierId);
  }

  @Patch(':id')
  @Answers(tierView)
  update(
    @Acting() actor: Actor,
    @Param('id', id) tierId: string,
    @Body({ schema: updateTierBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, tierId, body);
  }

  @Put(':id')
  @Answers(tierView)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) tierId: string,
    @Body({ schema: updateTierBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, tierId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) tierId: string): Promise<void> {
    return this.service.remove(actor, tierId);
  }
}
