import { Module } from '@nestjs/common';
import { DurableTail } from './durable-tail.js';
import { LiveBroadcast } from './live-broadcast.js';
import { LiveGateway } from './live.gateway.js';
import { LiveRepository } from './live.repository.js';
import { LiveSockets } from './live-sockets.js';

@Module({
  providers: [LiveGateway, LiveSockets, LiveBroadcast, DurableTail, LiveRepository],
  exports: [LiveBroadcast, LiveRepository],
})
export class LiveModule {}
