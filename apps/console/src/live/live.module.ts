import { Module } from '@nestjs/common';
import { DurableTail } from './durable-tail.js';
import { LiveBroadcast } from './live-broadcast.js';
import { LiveBus } from './live-bus.js';
import { LiveGateway } from './live.gateway.js';
import { LiveRepository } from './live.repository.js';
import { LiveSockets } from './live-sockets.js';

@Module({
  providers: [LiveGateway, LiveBus, LiveSockets, LiveBroadcast, DurableTail, LiveRepository],
  exports: [LiveBroadcast, LiveBus, LiveRepository],
})
export class LiveModule {}
