import 'reflect-metadata';
import {
  announceReady,
  createLogger,
  loadConfigOrExit,
  refuseForgetfulRedis,
  runUntilStopped,
} from '@weir/platform';
import { Logger } from 'nestjs-pino';
import { createWorkerApp } from './create-worker-app.js';

const config = loadConfigOrExit('worker');
await refuseForgetfulRedis(config);
const logger = createLogger(config);
const app = await createWorkerApp(config, logger);
app.useLogger(app.get(Logger));
runUntilStopped(app, { logger });
announceReady();
logger.info('worker ready');
