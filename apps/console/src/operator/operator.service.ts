import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '../database/database.js';
import type { Identity } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { LiveBus } from '../live/live-bus.js';
import { LiveRepository } from '../live/live.repository.js';
import { endpointHealth, inflightRows } from '../live/pulses.js';

/** GET /api/operator/inflight. */
export const inflightPage = z.object({
  items: z.array(z.looseObject({ generation_id: z.string(), account: z.uuid() })),
  next_cursor: z.null(),
});
/** GET /api/operator/health. */
export const systemHealth = z.object({
  gateways: z.array(
    z.object({
      epoch: z.uuid(),
      host: z.string(),
      slot: z.string(),
      state: z.enum(['live', 'suspect']),
      silent_seconds: z.number().int(),
      opened_at: z.string(),
    }),
  ),
  endpoints: z.array(
    z.object({
      endpoint_id: z.string(),
      provider: z.string(),
      model: z.string(),
      region: z.string().nullable(),
      state: z.enum(['ok', 'degraded', 'unavailable']),
      retry_in_ms: z.number().nullable(),
      error_rate: z.number(),
      p50_ms: z.number().nullable(),
      last_error: z.string().nullable(),
    }),
  ),
  settlement_failed: z.number().int(),
});
export const killResult = z.object({ generation_id: z.string(), sent: z.literal(true) });

/** One observed tick of the sweeper. */
const TICK_SECONDS = 10;
/** Ticks of silence after which a gateway is suspect. */
const SUSPECT_TICKS = 6;

/** What runs, how it is, and the order to end it: metadata only. */
@Injectable()
export class OperatorService {
  constructor(
    private readonly database: Database,
    private readonly live: LiveRepository,
    private readonly bus: LiveBus,
  ) {}

  async inflight(): Promise<z.infer<typeof inflightPage>> {
    const items = inflightRows(await this.live.pulses()).map((row) => ({ ...row }));
    return { items, next_cursor: null };
  }

  /** Asks all gateways; the one that runs the request ends it, bills what was produced and logs `killed`. */
  async kill(caller: Identity, ip: string, id: string): Promise<z.infer<typeof killResult>> {
    const generationId = `gen_${id}`;
    const running = inflightRows(await this.live.pulses()).some(
      (row) => row.generation_id === generationId,
    );
    if (!running && (await this.database.one('SELECT 1 FROM request WHERE id = $1', [id])))
      throw notFound('running request: it has ended');
    await this.database.transaction((on) =>
      on.money.auditAppend({
        actor: caller.userId,
        action: 'request.kill',
        target: `request:${id}`,
        ip,
      }),
    );
    this.bus.kill(id);
    return { generation_id: generationId, sent: true };
  }

  async health(): Promise<z.infer<typeof systemHealth>> {
    const [gateways, failed, pulses] = await Promise.all([
      this.database.many<{
        epoch: string;
        host: string;
        slot: string;
        silent: number;
        opened_at: string;
      }>(
        `SELECT g.id AS epoch, g.host, g.slot, b.silent, iso_text(g.opened_at) AS opened_at
           FROM gateway_epoch g JOIN gateway_beat b ON b.epoch = g.id WHERE g.state = 'open' ORDER BY g.ord LIMIT 1000`,
      ),
      this.database.one<{ n: number }>('SELECT count(*)::int AS n FROM settlement_failed'),
      this.live.pulses(),
    ]);
    return {
      gateways: gateways.map(({ silent, ...gateway }) => ({
        ...gateway,
        state: silent < SUSPECT_TICKS ? ('live' as const) : ('suspect' as const),
        silent_seconds: silent * TICK_SECONDS,
      })),
      endpoints: endpointHealth(pulses).map((endpoint) => ({ ...endpoint })),
      settlement_failed: failed?.n ?? 0,
    };
  }
}
