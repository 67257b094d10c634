import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { notificationList, paging, readNotificationsBody } from '@weir/contracts';
import { Access, Caller, type Identity } from '../http/access.js';
import { Answers } from '../http/answers.js';
import { NotificationsService } from './notifications.service.js';

const listQuery = z.strictObject(paging);
const unreadCount = z.object({ unread: z.number().int() });

@Controller('api/notifications')
@Access('user')
export class NotificationsController {
  constructor(private readonly service: NotificationsService) {}

  @Get()
  @Answers(notificationList)
  list(
    @Caller() caller: Identity,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
  ): Promise<z.infer<typeof notificationList>> {
    return this.service.list(caller, query);
  }

  @Post('read')
  @Answers(unreadCount)
  read(
    @Caller() caller: Identity,
    @Body({ schema: readNotificationsBody }) body: z.infer<typeof readNotificationsBody>,
  ): Promise<{ unread: number }> {
    return this.service.read(caller, body);
  }
}
