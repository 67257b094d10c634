import type { Server } from 'node:http';
import type { NestApplicationOptions } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type AppLogger, PgBus } from '@weir/platform';
import type pg from 'pg';
import { Logger } from 'nestjs-pino';
import {
  answerUnreadable,
  createGatewayServer,
  FastLaneSlot,
  type RequestHandler,
} from '../server/http-server.js';
import { ClientFacts } from '../request/client-facts.js';
import { AppModule } from './app.module.js';
import type { GatewayConfig } from './gateway-config.js';
import { Gateway } from './gateway.js';
import { GATEWAY_POOL } from './tokens.js';

/** A gateway that can listen and stop. */
export interface RunningGateway {
  /** Answers the port, chosen by the kernel where the setting is 0. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/** Builds the Nest application on Fastify with our own HTTP server under it. */
export async function createGateway(
  config: GatewayConfig,
  logger: AppLogger,
): Promise<RunningGateway> {
  const slot = new FastLaneSlot();
  const facts = new ClientFacts(config.weir.trustProxy, false);
  let server: Server | null = null;
  const adapter = new FastifyAdapter({
    serverFactory: (handler: RequestHandler) => {
      server = createGatewayServer(slot, handler, config.limits, (address) =>
        facts.isProxy(address),
      );
      return server;
    },
    clientErrorHandler: answerUnreadable,
    exposeHeadRoutes: false,
    logger: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(config, logger, slot),
    adapter,
    quiet(),
  );
  // The only controller with a body reads it as the hot path does: whole, unparsed.
  adapter
    .getInstance()
    .addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
  app.useLogger(app.get(Logger));
  return {
    listen: async () => {
      await app.listen(config.weir.gatewayPort, config.weir.host);
      const { port } = new URL(await app.getUrl());
      return Number(port);
    },
    close: async () => {
      const gateway = app.get(Gateway);
      if (server !== null) await gateway.drain(server);
      await gateway.stop();
      // The money path settles and closes its epoch in here; the bus tells others, so it goes last.
      await app.close();
      await app.get(PgBus).close();
      await app.get<pg.Pool>(GATEWAY_POOL).end();
    },
  };
}

/** What fails is thrown and ends the process; Nest's own account of its start helps nobody. */
function quiet(): NestApplicationOptions {
  return Object.assign(new NestApplicationContextOptions(), {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
}
