import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { calmWarning } from '../runtime/calm-warning.js';
import { Runtime } from '../runtime/runtime.js';
import { Sweeper } from './sweeper.js';

/** The sweeper in the life of the process. */
@Injectable()
export class MaintenanceService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #sweeper: Sweeper;

  constructor({ pool, logger }: Runtime) {
    this.#sweeper = new Sweeper(pool, {
      released: (epochs) => {
        logger.warn({ epochs }, 'gateways silent for 17 minutes: their leases are free again');
      },
      retained: (counts) => {
        logger.debug({ deleted: counts }, 'retention');
      },
      failed: calmWarning(logger, 'the sweeper lost its session and asks for the lock anew'),
    });
  }

  onApplicationBootstrap(): void {
    this.#sweeper.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#sweeper.stop();
  }
}
