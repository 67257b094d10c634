import { Module } from '@nestjs/common';
import { OutboxModule } from '../outbox/outbox.module.js';
import { CostProcessor } from './cost.processor.js';

/** Queue `cost`: settlement. */
@Module({ imports: [OutboxModule], providers: [CostProcessor] })
export class CostModule {}
