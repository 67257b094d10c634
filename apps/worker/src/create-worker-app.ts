import type { INestApplicationContext } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import type { AppLogger, WeirConfig } from '@weir/platform';
import { WorkerModule } from './worker.module.js';

/**
 * The whole worker, consuming its queues when this resolves. Nest's own account of its start is of no use to an
 * operator and left out; what fails is thrown.
 */
export function createWorkerApp(
  config: WeirConfig,
  logger: AppLogger,
): Promise<INestApplicationContext> {
  const options = new NestApplicationContextOptions();
  options.logger = false;
  options.abortOnError = false;
  return NestFactory.createApplicationContext(WorkerModule.with(config, logger), options);
}
