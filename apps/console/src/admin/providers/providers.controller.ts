import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  createProviderBody,
  page,
  paging,
  updateProviderBody,
  providerView,
  type Page,
} from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminProvidersService } from './providers.service.js';

const listQuery = z.strictObject(paging);
const id = { schema: z.uuid() };
type View = z.infer<typeof providerView>;
type UpdateBody = z.infer<typeof updateProviderBody>;

@Controller('api/admin/providers')
@Access('admin')
export class AdminProvidersController {
  constructor(private readonly service: AdminProvidersService) {}

  @Get()
  @Answers(page(providerView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(providerView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: createProviderBody }) body: z.infer<typeof createProviderBody>,
  ): Promise<View> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(providerView)
  get(@Param('id', id) providerId: string): Promise<View> {
    return this.service.get(providerId);
  }

  @Patch(':id')
  @Answers(providerView)
  update(
    @Acting() actor: Actor,
    @Param('id', id) providerId: string,
    @Body({ schema: updateProviderBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, providerId, body);
  }

  @Put(':id')
  @Answers(providerView)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) providerId: string,
    @Body({ schema: updateProviderBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, providerId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) providerId: string): Promise<void> {
    return this.service.remove(actor, providerId);
  }
}
