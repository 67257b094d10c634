import { Controller, Get, Req, Res } from '@nestjs/common';
import { createMetricsRegistry, mayReadMetrics } from '@weir/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayConfig } from '../app/gateway-config.js';
import { Gateway } from '../app/gateway.js';
import { MoneyPath } from '../money/money-path.js';

/** `/metrics` in Prometheus' text format, for this machine or the bearer of METRICS_TOKEN. */
@Controller()
export class MetricsController {
  readonly #registry = createMetricsRegistry('gateway');

  constructor(
    private readonly config: GatewayConfig,
    private readonly gateway: Gateway,
    private readonly money: MoneyPath,
  ) {}

  @Get('metrics')
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { authorization } = request.headers;
    const address = request.socket.remoteAddress;
    if (!mayReadMetrics(this.config.weir, { authorization, address })) {
      await reply.status(404).send({ message: 'Not found.' });
      return;
    }
    const { unsettled, journalBytes, segments } = this.money.backlog;
    const backlog = [
      `# TYPE weir_unsettled_requests gauge\nweir_unsettled_requests ${String(unsettled)}`,
      `# TYPE weir_journal_bytes gauge\nweir_journal_bytes ${String(journalBytes)}`,
      `# TYPE weir_journal_segments gauge\nweir_journal_segments ${String(segments)}`,
    ].join('\n');
    const text = await this.#registry.metrics();
    await reply
      .header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
      .send(`${text}\n${this.gateway.metricsText()}${backlog}\n`);
  }
}
