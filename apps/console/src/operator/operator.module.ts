import { Module } from '@nestjs/common';
import { LiveModule } from '../live/live.module.js';
import { OperatorController } from './operator.controller.js';
import { OperatorService } from './operator.service.js';

@Module({ imports: [LiveModule], controllers: [OperatorController], providers: [OperatorService] })
export class OperatorModule {}
