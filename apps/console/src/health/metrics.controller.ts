import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createMetricsRegistry, mayReadMetrics } from '@weir/platform';
import { Access } from '../http/access.js';
import { ApiError } from '../http/api-error.js';
import { LiveBroadcast } from '../live/live-broadcast.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';

/** Prometheus figures of this process: by METRICS_TOKEN, or from this machine where none is set (E-M1). */
@ApiExcludeController()
@Controller('metrics')
@Access('public')
export class MetricsController {
  private readonly registry = createMetricsRegistry('console');

  constructor(
    private readonly live: LiveBroadcast,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  @Get()
  async get(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { authorization } = request.headers;
    // The connection's own address: a forwarded one is only somebody's word.
    const address = request.socket.remoteAddress;
    if (!mayReadMetrics(this.settings, { authorization, address })) throw new ApiError('not_found');
    void reply.header('content-type', this.registry.contentType);
    return `${await this.registry.metrics()}# HELP weir_socket_clients Sockets of this console.
# TYPE weir_socket_clients gauge
weir_socket_clients{process="console"} ${this.live.sockets}
# HELP weir_socket_dropped_events_total Settled rows that operators were not shown one by one.
# TYPE weir_socket_dropped_events_total counter
weir_socket_dropped_events_total{process="console"} ${this.live.droppedRows}
`;
  }
}
