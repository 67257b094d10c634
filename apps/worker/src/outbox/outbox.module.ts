import { Module } from '@nestjs/common';
import { OutboxService } from './outbox.service.js';

/** Carries jobs from transactions to the queues. */
@Module({ providers: [OutboxService], exports: [OutboxService] })
export class OutboxModule {}
