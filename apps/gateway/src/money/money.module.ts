import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  Inject,
  Module,
  type DynamicModule,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { QUEUES, type SettleJob } from '@weir/contracts';
import { MoneyFunctions } from '@weir/data';
import {
  createPgPool,
  createQueue,
  failpoint,
  PgBus,
  type AppLogger,
  type JobQueue,
  type WeirConfig,
} from '@weir/platform';
import type pg from 'pg';
import { GATEWAY_CONFIG, GATEWAY_LOGGER } from '../app/tokens.js';
import { RecoveryDatabase } from '../recovery/recovery-database.js';
import type { SendJob } from '../settlement/settler.js';
import { AllowanceDatabase } from './allowance-reads.js';
import { MoneyPath } from './money-path.js';

/**
 * Connections of the money path alone, so that slow look-ups elsewhere never delay a beat: `takesMax` fetches, a
 * beat, a settlement or confirmation.
 */
const MONEY_CONNECTIONS = 8;
const MONEY_POOL = Symbol('money pool');
const COST_QUEUE = Symbol('cost queue');

/** Opens the money path before the server listens, and settles and closes it after the last request. */
class MoneyLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(MoneyPath) private readonly money: MoneyPath,
    @Inject(COST_QUEUE) private readonly queue: JobQueue<SettleJob>,
    @Inject(MONEY_POOL) private readonly pool: pg.Pool,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.money.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.money.shutdown();
    await this.queue.close();
    await this.pool.end();
  }
}

/**
 * The money path as a Nest module. `imports` give GATEWAY_CONFIG, GATEWAY_LOGGER and the process's PgBus. It starts
 * with the application and, on shutdown, expects that no request runs any more.
 */
@Module({})
export class MoneyModule {
  static register(imports: NonNullable<ModuleMetadata['imports']>): DynamicModule {
    return {
      module: MoneyModule,
      imports,
      providers: [
        {
          provide: MONEY_POOL,
          inject: [GATEWAY_CONFIG],
          useFactory: (config: WeirConfig) =>
            createPgPool(config, { max: MONEY_CONNECTIONS, name: 'gateway money' }),
        },
        {
          provide: COST_QUEUE,
          inject: [GATEWAY_CONFIG],
          useFactory: (config: WeirConfig) => createQueue<SettleJob>(QUEUES.cost, config),
        },
        {
          provide: MoneyPath,
          inject: [GATEWAY_CONFIG, GATEWAY_LOGGER, PgBus, MONEY_POOL, COST_QUEUE],
          useFactory: (...parts: MoneyPartsInOrder) => {
            const [config, logger, bus, pool, queue] = parts;
            return createMoneyPath({ config, logger, bus, pool, queue });
          },
        },
        MoneyLifecycle,
      ],
      exports: [MoneyPath],
    };
  }
}

/** As Nest injects them. */
type MoneyPartsInOrder = [WeirConfig, AppLogger, PgBus, pg.Pool, JobQueue<SettleJob>];

/** What a money path is made of. */
interface MoneyParts {
  readonly config: WeirConfig;
  readonly logger: AppLogger;
  readonly bus: PgBus;
  readonly pool: pg.Pool;
  readonly queue: JobQueue<SettleJob>;
}

function createMoneyPath({ config, logger, bus, pool, queue }: MoneyParts): MoneyPath {
  const recovery = new RecoveryDatabase(pool);
  const allowances = new AllowanceDatabase(pool);
  return new MoneyPath({
    money: new MoneyFunctions(pool),
    reads: {
      settledRequests: (ids) => recovery.settledRequests(ids),
      openEpochs: (ids) => recovery.openEpochs(ids),
      availableNano: (account) => allowances.availableNano(account),
    },
    bus,
    send: sendTo(queue),
    journalRoot: join(config.dataDir, 'journal'),
    journalSync: config.journalSync,
    host: hostname(),
    failpoint,
    onFault: (cause, what) => logger.warn({ err: cause }, what),
    onRecovered: ({ requests, exposureNano }) => {
      if (requests > 0)
        logger.info({ requests, exposureNano: exposureNano.toString() }, 'recovered a journal');
    },
  });
}

/** A job that fails for good is removed: the gateway sends its rows again under another id. */
function sendTo(queue: JobQueue<SettleJob>): SendJob {
  return async (job, jobId) => {
    await queue.add('settle', job, {
      jobId,
      attempts: 3,
      backoff: { type: 'exponential', delay: 500 },
      removeOnComplete: true,
      removeOnFail: true,
    });
  };
}
