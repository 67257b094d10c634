import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { AdminAnnouncementsController } from './announcements.controller.js';
import { AdminAnnouncementsRepository } from './announcements.repository.js';
import { AdminAnnouncementsService } from './announcements.service.js';

@Module({
  imports: [LiveModule],
  controllers: [AdminAnnouncementsController],
  providers: [AdminAnnouncementsService, AdminAnnouncementsRepository],
})
export class AdminAnnouncementsModule {}
