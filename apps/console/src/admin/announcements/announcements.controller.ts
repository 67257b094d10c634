import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { z } from 'zod';
import { announcementBody, page, paging, announcementView, type Page } from '@weir/contracts';
import { Access } from '../../http/access.js';
import { Answers } from '../../http/answers.js';
import { Acting } from '../../http/acting.js';
import type { Actor } from '../../http/actor.js';
import { AdminAnnouncementsService, updateAnnouncementBody } from './announcements.service.js';

const listQuery = z.strictObject(paging);
const id = { schema: z.uuid() };
type View = z.infer<typeof announcementView>;
type UpdateBody = z.infer<typeof updateAnnouncementBody>;

@Controller('api/admin/announcements')
@Access('admin')
export class AdminAnnouncementsController {
  constructor(private readonly service: AdminAnnouncementsService) {}

  @Get()
  @Answers(page(announcementView))
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<View>> {
    return this.service.list(query);
  }

  @Post()
  @Answers(announcementView, 201)
  create(
    @Acting() actor: Actor,
    @Body({ schema: announcementBody }) body: z.infer<typeof announcementBody>,
  ): Promise<View> {
    return this.service.create(actor, body);
  }

  @Get(':id')
  @Answers(announcementView)
  get(@Param('id', id) announcementId: string): Promise<View> {
    return this.service.get(announcementId);
  }

  @Patch(':id')
  @Answers(announcementView)
  update(
    @Acting() actor: Actor,
    @Param('id', id) announcementId: string,
    @Body({ schema: updateAnnouncementBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, announcementId, body);
  }

  @Put(':id')
  @Answers(announcementView)
  replace(
    @Acting() actor: Actor,
    @Param('id', id) announcementId: string,
    @Body({ schema: updateAnnouncementBody }) body: UpdateBody,
  ): Promise<View> {
    return this.service.update(actor, announcementId, body);
  }

  @Delete(':id')
  @Answers(null, 204)
  remove(@Acting() actor: Actor, @Param('id', id) announcementId: string): Promise<void> {
    return this.service.remove(actor, announcementId);
  }
}
