import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  createModelBody,
  page,
  paging,
  updateModelBody,
  modelView,
  type Page,
} from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminModelsService } from './models.service.js';

const listQuery = z.strictObject(paging);
/** Ids carry slashes: callers percent-encode them. */
const id = { schema: z.string().min(1).max(200) };
type View = z.infer<typeof modelView>;
type UpdateBody = z.infer<typeof updateModelBody>;

@Controller('api/admin/models')
@Access('admin')
export class AdminModelsController {
  constructor(private readonly service: AdminModelsService) {}

  @Get()
  @Answers(page(modelView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(modelView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: createModelBody }) body: z.infer<typeof createModelBody>,
  ): Promise<View> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(modelView)
  get(@Param('id', id) modelId: string): Promise<View> {
    return this.service.get(modelId);
  }

  @Patch(':id')
  @Answers(modelView)
  update(
    @Acting() actor: Actor,
    @Param('id', id) modelId: string,
    @Body({ schema: updateModelBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, modelId, body);
  }

  @Put(':id')
  @Answers(modelView)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) modelId: string,
    @Body({ schema: updateModelBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, modelId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) modelId: string): Promise<void> {
    return this.service.remove(actor, modelId);
  }
}
