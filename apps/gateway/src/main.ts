import 'reflect-metadata';
import {
  announceReady,
  createLogger,
  loadConfigOrExit,
  refuseForgetfulRedis,
  runUntilStopped,
} from '@weir/platform';
import { createGateway } from './app/create-gateway.js';
import { GatewayConfig } from './app/gateway-config.js';

/** Longest stream, its drain, settlement and a margin. */
const STOP_DEADLINE_MS = 16 * 60_000;

const config = loadConfigOrExit('gateway');
await refuseForgetfulRedis(config);
const logger = createLogger(config);
const gateway = await createGateway(new GatewayConfig(config), logger);
const port = await gateway.listen();
runUntilStopped(gateway, { logger, deadlineMs: STOP_DEADLINE_MS });
announceReady(port);
logger.info({ port }, 'gateway listens');
