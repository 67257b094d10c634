import { randomUUID } from 'node:crypto';
import type { PgBus } from '@weir/platform';
import type pg from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { GatewayLimits } from '../limits.js';
import type { MoneyPathApi } from '../money/money-path.types.js';
import type { RunningRequests } from '../request/running-requests.js';
import type { ProxyServices } from '../proxy-services.js';
import type { EndpointHealthBook } from '../route/endpoint-health-book.js';
import { endpointStates } from './endpoint-states.js';
import { inflightRows } from './inflight-rows.js';
import type { TickCounters } from './tick-counters.js';

export interface PulseInput {
  readonly pool: pg.Pool;
  readonly bus: PgBus;
  readonly money: MoneyPathApi;
  readonly running: RunningRequests;
  readonly ticks: TickCounters;
  readonly catalog: ProxyServices['catalog'];
  readonly health: EndpointHealthBook;
  readonly limits: GatewayLimits;
  readonly logger: Logger;
}

const killSchema = z.object({ id: z.string() });

const BEAT = `INSERT INTO gateway_pulse (epoch, at, inflight, tick, held) VALUES ($1, now(), $2, $3, $4)
  ON CONFLICT (epoch) DO UPDATE SET at = excluded.at, inflight = excluded.inflight, tick = excluded.tick, held = excluded.held`;

/**
 * Tells the console what this process is doing, twice a second, in one row that is overwritten: nothing durable
 * depends on it. Also takes operators' kills. The row's id is this process's own, for epochs rotate under it.
 */
export class Pulse {
  readonly #input: PulseInput;
  readonly #id = randomUUID();
  #timer: NodeJS.Timeout | null = null;
  #busy = false;

  constructor(input: PulseInput) {
    this.#input = input;
  }

  async start(): Promise<void> {
    await this.#input.bus.subscribe('weir_kill', (payload) => {
      const kill = killSchema.safeParse(payload);
      if (kill.success) this.#input.running.kill(kill.data.id.replace(/^gen_/, ''));
    });
    this.#timer = setInterval(() => {
      this.#beat();
    }, this.#input.limits.pulseMs);
    this.#timer.unref();
  }

  /** Stops and takes the row away, so that nobody sees requests that have ended. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    try {
      await this.#input.pool.query('DELETE FROM gateway_pulse WHERE epoch = $1', [this.#id]);
    } catch {
      // PostgreSQL is gone: the row is too old to be believed in three seconds.
    }
  }

  #beat(): void {
    if (this.#busy) return;
    this.#busy = true;
    const { pool, bus, money, running, ticks, catalog, health, limits, logger } = this.#input;
    const nowMs = money.nowMs();
    const held: Record<string, string> = {};
    const tick = {
      ...ticks.tick(nowMs, running.size),
      endpoints: endpointStates(catalog.current, health, performance.now()),
    };
    for (const [account, amount] of money.heldByAccount()) held[account] = amount.toString();
    pool
      .query({
        name: 'gateway-pulse',
        text: BEAT,
        values: [
          this.#id,
          JSON.stringify(inflightRows(running.values(), limits.pulseRowsMax)),
          JSON.stringify(tick),
          JSON.stringify(held),
        ],
      })
      .then(
        () => {
          bus.notify('weir_pulse', {});
        },
        (error: unknown) => {
          // Shown as silence; the next beat tries again.
          logger.debug({ err: error }, 'the pulse could not be written');
        },
      )
      .finally(() => {
        this.#busy = false;
      });
  }
}
