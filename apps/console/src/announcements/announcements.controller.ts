import { Controller, Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { announcementView, page, type AnnouncementView } from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { AnnouncementsService } from './announcements.service.js';

const announcementPage = page(announcementView);

@Controller('api/announcements')
@Access('user')
export class AnnouncementsController {
  constructor(private readonly service: AnnouncementsService) {}

  @Get()
  @Answers(announcementPage)
  list(@Caller() caller: Identity): Promise<{ items: AnnouncementView[]; next_cursor: null }> {
    return this.service.list(caller);
  }

  @Post(':id/dismiss')
  @Answers(null, 204)
  dismiss(
    @Caller() caller: Identity,
    @Param('id', { schema: z.uuid() }) id: string,
  ): Promise<void> {
    return this.service.dismiss(caller, id);
  }
}
