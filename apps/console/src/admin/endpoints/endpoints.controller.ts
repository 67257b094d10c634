import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  createEndpointBody,
  page,
  paging,
  updateEndpointBody,
  endpointView,
  type Page,
} from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminEndpointsService } from './endpoints.service.js';

const listQuery = z.strictObject(paging);
const id = { schema: z.uuid() };
type View = z.infer<typeof endpointView>;
type UpdateBody = z.infer<typeof updateEndpointBody>;

@Controller('api/admin/endpoints')
@Access('admin')
export class AdminEndpointsController {
  constructor(private readonly service: AdminEndpointsService) {}

  @Get()
  @Answers(page(endpointView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(endpointView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: createEndpointBody }) body: z.infer<typeof createEndpointBody>,
  ): Promise<View> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(endpointView)
  get(@Param('id', id) endpointId: string): Promise<View> {
    return this.service.get(endpointId);
  }

  @Patch(':id')
  @Answers(endpointView)
  update(
    @Acting() actor: Actor,
    @Param('id', id) endpointId: string,
    @Body({ schema: updateEndpointBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, endpointId, body);
  }

  @Put(':id')
  @Answers(endpointView)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) endpointId: string,
    @Body({ schema: updateEndpointBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, endpointId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) endpointId: string): Promise<void> {
    return this.service.remove(actor, endpointId);
  }
}
