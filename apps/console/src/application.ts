import 'reflect-metadata';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, NestApplicationOptions } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import type { FastifyInstance } from 'fastify';
import { Logger } from 'nestjs-pino';
import { ConsoleModule } from './console.module.js';
import { ProblemFilter } from './http/problem.filter.js';
import { requestIdOf } from './http/request-id.js';
import { addSecurityHeaders } from './http/security-headers.js';
import { ValidationPipe } from './http/validation.pipe.js';
import { LiveAdapter } from './live/live.adapter.js';
import { CONSOLE_LIMITS } from './limits.js';
import { describeApi } from './openapi/openapi.js';
import { OpenApiDocument } from './openapi/openapi-document.js';
import type { ConsoleSettings } from './settings.js';

/** The console, ready to listen. `main.ts` and the tests make it the same way; `logging` null = silent. */
export async function createConsole(
  settings: ConsoleSettings,
  logging: DynamicModule | null,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: CONSOLE_LIMITS.bodyBytesMax,
    genReqId: requestIdOf,
    trustProxy: trustOf(settings.trustProxy),
    routerOptions: { maxParamLength: 300 },
  });
  const server: FastifyInstance = adapter.getInstance();
  acceptJsonOnly(server);
  addSecurityHeaders(server, settings.publicUrl.startsWith('https:'));
  await server.register(cookie);
  const options: NestApplicationOptions = new NestApplicationContextOptions();
  options.logger = false;
  options.abortOnError = false;
  options.bodyParser = false;
  const app = await NestFactory.create<NestFastifyApplication>(
    ConsoleModule.of(settings, logging),
    adapter,
    options,
  );
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  app.useWebSocketAdapter(new LiveAdapter(app, settings.publicUrl, settings.redisUrl));
  app.get(OpenApiDocument).value = describeApi(app);
  // Logging begins after the start: forty lines of mapped routes tell an operator nothing.
  await app.init();
  if (logging) app.useLogger(app.get(Logger));
  return app;
}

/**
 * JSON is the only body we take: a form of another site cannot send it without asking first (E-A7). An empty
 * body is no body, whatever its content type says; `__proto__` and `constructor` are refused (E-Z2).
 */
function acceptJsonOnly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}

/** A number means that many proxies in front of us; the address before them is the client's (E-K7). */
function trustOf(
  trust: boolean | number | string,
): boolean | string | ((address: string, hop: number) => boolean) {
  return typeof trust === 'number' ? (_address, hop) => hop < trust : trust;
}
