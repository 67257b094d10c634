import type { Server } from 'node:http';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { claimIdempotency, findIdempotencyUse, freeIdempotency, loadWindowUse } from '@weir/data';
import { CredentialBox, RedisLink, type AppLogger, type PgBus } from '@weir/platform';
import type pg from 'pg';
import { KeyDigests } from '../authenticate/key-digests.js';
import { ConfigKeeper } from '../config-cache/config-keeper.js';
import { RefusalLog } from '../end/refusal-log.js';
import { RequestEnder } from '../end/request-ender.js';
import { TurnBatch } from '../end/turn-batch.js';
import { ERROR_CODES } from '@weir/contracts';
import { parseAllowedNetwork } from '../forward/address-guard.js';
import { UpstreamPools } from '../forward/upstream-pools.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { KeyLimiter } from '../limits/key-limiter.js';
import { RedisCounters } from '../limits/redis-counters.js';
import { LoadShedder } from '../limits/load-shedder.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { MoneyPath } from '../money/money-path.js';
import { Proxy } from '../proxy.js';
import type { ProxyServices } from '../proxy-services.js';
import { Pulse } from '../pulse/pulse.js';
import { TickCounters } from '../pulse/tick-counters.js';
import { ClientFacts } from '../request/client-facts.js';
import { LargeBodies } from '../request/large-bodies.js';
import { RunningRequests } from '../request/running-requests.js';
import { EndpointHealthBook } from '../route/endpoint-health-book.js';
import { StickyChoices } from '../route/sticky-choices.js';
import type { FastLaneSlot } from '../server/http-server.js';
import type { GatewayConfig } from './gateway-config.js';

/** What the data plane stands on. */
export interface GatewayInput {
  readonly config: GatewayConfig;
  readonly money: MoneyPath;
  readonly bus: PgBus;
  readonly pool: pg.Pool;
  readonly logger: AppLogger;
  readonly slot: FastLaneSlot;
}

const IDLE_CLOSE_MS = 100;
const LIMITER_SWEEP_MS = 60_000;

/** The data plane of one process: everything between its HTTP server and its money path, started and stopped in order. */
export class Gateway implements OnApplicationBootstrap {
  /** What the steps of the path share; the account API reads with it. */
  readonly services: ProxyServices;
  readonly #money: MoneyPath;
  readonly #slot: FastLaneSlot;
  readonly #drainMs: number;
  readonly #keeper: ConfigKeeper;
  readonly #pools: UpstreamPools;
  readonly #running: RunningRequests;
  readonly #shedder: LoadShedder;
  readonly #pulse: Pulse;
  readonly #metrics: GatewayMetrics;
  readonly #refusals: RefusalLog;
  readonly #largeBodies = new LargeBodies();
  readonly #proxy: Proxy;
  readonly #limiterSweep: NodeJS.Timeout;
  readonly #idempotency: Idempotency;
  /** Null where this gateway counts limits for itself. */
  readonly #redis: RedisLink | null = null;
  readonly #counters: RedisCounters | null = null;

  constructor({ config, money, bus, pool, logger, slot }: GatewayInput) {
    const { weir, limits } = config;
    this.#money = money;
    this.#slot = slot;
    this.#drainMs = limits.totalMs;
    const allow = weir.upstreamAllow.map(parseAllowedNetwork);
    this.#pools = new UpstreamPools({ allow, limits });
    const box = new CredentialBox(weir.secretsKeys);
    this.#keeper = new ConfigKeeper({ pool, bus, box, pools: this.#pools, limits, logger });
    const { redisUrl } = weir;
    if (redisUrl !== null) {
      this.#redis = new RedisLink({
        url: redisUrl,
        onChange: (up) => {
          if (up) logger.info('limits are counted in Redis');
          else logger.warn('Redis is away: each gateway counts limits for itself until it is back');
        },
      });
      this.#counters = new RedisCounters(this.#redis);
    }
    this.#idempotency = new Idempotency({
      pepper: weir.keyPepper,
      store: {
        find: (name) => findIdempotencyUse(pool, name),
        claim: (claim) => claimIdempotency(pool, claim),
        free: (name, request) => freeIdempotency(pool, name, request),
      },
    });
    const limiter = new KeyLimiter({
      nowMs: () => money.nowMs(),
      readHistory: (key, sinceMs, max) => loadWindowUse(pool, { key, sinceMs, max }),
      shared: this.#counters,
    });
    this.#limiterSweep = setInterval(() => {
      limiter.sweep();
    }, LIMITER_SWEEP_MS);
    this.#limiterSweep.unref();
    this.#running = new RunningRequests(limits, limiter);
    this.#shedder = new LoadShedder(limits);
    this.#metrics = new GatewayMetrics(weir.currency);
    this.#refusals = new RefusalLog(money, limits.refusalsPerSecond);
    const ticks = new TickCounters();
    const running = this.#running;
    const catalog = this.#keeper;
    const health = new EndpointHealthBook();
    this.#pulse = new Pulse({
      pool,
      bus,
      money,
      running,
      ticks,
      catalog,
      health,
      limits,
      logger,
    });
    const turn = new TurnBatch(money);
    const ender = new RequestEnder(money, turn, {
      onEnded: (x, ending, charged) => {
        this.#metrics.ended(x, ending, charged);
        ticks.ended(x, ending, charged, money.nowMs());
        running.leave(x);
      },
    });
    const digests = new KeyDigests(weir.keyPepper);
    this.services = {
      limits,
      money,
      keys: this.#keeper.keys,
      freshness: this.#keeper.freshness,
      catalog,
      limiter,
      idempotency: this.#idempotency,
      shedder: this.#shedder,
      facts: new ClientFacts(weir.trustProxy, false),
      running,
      largeBodies: this.#largeBodies,
      onRefused: (x, code) => {
        this.#refusals.record(x, code);
        ticks.refused(ERROR_CODES[code].status, money.nowMs());
      },
      ender,
      turn,
      health,
      sticky: new StickyChoices(),
      drains: weir.onDisconnect === 'drain',
      digestOf: (socket, secret) => digests.of(socket, secret),
    };
    this.#proxy = new Proxy(this.services);
  }

  /** Runs once the money path is open: reads the configuration and takes requests from now on. */
  async onApplicationBootstrap(): Promise<void> {
    const money = this.#money;
    const slot = this.#slot;
    await this.#keeper.start();
    money.onConfigSeq((sequence) => {
      this.#keeper.sequenceSeen(sequence);
    });
    await this.#pulse.start();
    slot.lane = this.#proxy;
  }

  /** Whether requests can be served at this instant. */
  get serving(): boolean {
    return (
      this.#money.ready &&
      this.#keeper.freshness.mayServe(performance.now()) &&
      !this.#shedder.draining
    );
  }

  /** Prometheus' text of the data plane. */
  metricsText(): string {
    return this.#metrics.text(
      this.#running.size,
      this.#shedder.loopDelayMs,
      this.#refusals.leftOut,
    );
  }

  /** Takes no more requests and waits until the running ones have ended. */
  async drain(server: Server): Promise<void> {
    this.#shedder.draining = true;
    this.#money.stopAdmitting();
    server.close();
    server.closeIdleConnections();
    // Answers that end now leave idle connections behind, and `close` waits for those.
    const idle = setInterval(() => {
      server.closeIdleConnections();
    }, IDLE_CLOSE_MS);
    await this.#running.drained(this.#drainMs);
    clearInterval(idle);
    server.closeAllConnections();
  }

  /** Lets go of everything but the money path, which takes the last refusals, settles and closes by itself afterwards. */
  async stop(): Promise<void> {
    clearInterval(this.#limiterSweep);
    this.#refusals.stop();
    this.#idempotency.stop();
    this.#counters?.stop();
    this.#redis?.close();
    this.#running.stop();
    this.#shedder.stop();
    this.#keeper.stop();
    await this.#pools.destroy();
    await this.#largeBodies.stop();
    await this.#pulse.stop();
  }
}
