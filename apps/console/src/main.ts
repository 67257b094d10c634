import {
  announceReady,
  createLogger,
  loadConfigOrExit,
  loggingModule,
  refuseForgetfulRedis,
  runUntilStopped,
} from '@weir/platform';
import { createConsole } from './application.js';
import { settingsOf } from './settings.js';

const config = loadConfigOrExit('console');
await refuseForgetfulRedis(config);
const logger = createLogger(config);
const settings = settingsOf(config);
const app = await createConsole(settings, loggingModule(logger));
await app.listen(settings.port, settings.host);
const { port } = new URL(await app.getUrl());
logger.info({ port: Number(port) }, 'console listens');
runUntilStopped(app, { logger });
announceReady(Number(port));
