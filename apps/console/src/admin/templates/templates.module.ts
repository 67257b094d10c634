import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { AdminTemplatesController } from './templates.controller.js';
import { AdminTemplatesRepository } from './templates.repository.js';
import { AdminTemplatesService } from './templates.service.js';
import { AdminTemplateGrantsController } from './template-grants.controller.js';

@Module({
  imports: [LiveModule],
  controllers: [AdminTemplateGrantsController, AdminTemplatesController],
  providers: [AdminTemplatesService, AdminTemplatesRepository],
})
export class AdminTemplatesModule {}
