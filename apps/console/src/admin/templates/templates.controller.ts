import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  createTemplateBody,
  page,
  paging,
  updateTemplateBody,
  templateView,
  type Page,
} from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminTemplatesService } from './templates.service.js';

const listQuery = z.strictObject(paging);
const id = { schema: z.uuid() };
type View = z.infer<typeof templateView>;
type UpdateBody = z.infer<typeof updateTemplateBody>;

@Controller('api/admin/templates')
@Access('admin')
export class AdminTemplatesController {
  constructor(private readonly service: AdminTemplatesService) {}

  @Get()
  @Answers(page(templateView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(templateView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: createTemplateBody }) body: z.infer<typeof createTemplateBody>,
  ): Promise<View> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(templateView)
  get(@Param('id', id) templateId: string): Promise<View> {
    return this.service.get(templateId);
  }

  @Patch(':id')
  @Answers(templateView)
  update(
    @Acting() actor: Actor,
    @Param('id', id) templateId: string,
    @Body({ schema: updateTemplateBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, templateId, body);
  }

  @Put(':id')
  @Answers(templateView)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) templateId: string,
    @Body({ schema: updateTemplateBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, templateId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) templateId: string): Promise<void> {
    return this.service.remove(actor, templateId);
  }
}
