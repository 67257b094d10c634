import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { announceReady, createLogger, loadConfigOrExit, runUntilStopped } from '@weir/platform';
import { Logger } from 'nestjs-pino';
import { WorkerModule } from './worker.module.js';

const config = loadConfigOrExit('worker');
const logger = createLogger(config);
const app = await NestFactory.createApplicationContext(WorkerModule.with(config, logger), {
  bufferLogs: true,
});
app.useLogger(app.get(Logger));
runUntilStopped(app, { logger });
announceReady();
logger.info('worker ready');
