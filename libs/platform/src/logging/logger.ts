import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { ToolsConfig, WeirConfig } from '../config/index.js';
import { createScrubber } from './scrub.js';

/** Keys whose values never reach a line, wherever a logged object has them at its first two levels. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'credential',
  '["x-api-key"]',
  '["x-goog-api-key"]',
  '["set-cookie"]',
  '["stripe-signature"]',
];

/** What is behind the logger of an application. */
export type AppLogger = Logger;

/**
 * The one logger of a process: JSON lines on stdout, secrets taken out of objects by key and out of whole lines by
 * shape and by value. Never given a prompt or an answer.
 */
export function createLogger(
  config: WeirConfig | ToolsConfig,
  destination?: DestinationStream,
): Logger {
  const scrub = createScrubber(secretsOf(config));
  return pino(
    {
      level: config.logLevel,
      base: { process: config.process, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => nested(key)),
        censor: '[redacted]',
      },
      hooks: { streamWrite: scrub },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** Gives Nest and everything in it the process's logger. Requests are not logged line by line. */
export function loggingModule(logger: Logger): DynamicModule {
  return LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false }, forRoutes: [] });
}

function nested(key: string): string[] {
  const dotted = key.startsWith('[') ? key : `.${key}`;
  return [key, `*${dotted}`, `*.*${dotted}`];
}

function secretsOf(config: WeirConfig | ToolsConfig): (string | null)[] {
  return [
    ...config.jwtSecrets,
    config.keyPepper,
    ...config.secretsKeys.flatMap((key) => [
      key.toString('base64'),
      key.toString('base64url'),
      key.toString('hex'),
    ]),
    passwordOf(config.databaseUrl),
    passwordOf(config.redisUrl),
    passwordOf(config.smtpUrl),
    config.adminPassword,
    config.metricsToken,
    config.stripe?.secretKey ?? null,
    config.stripe?.webhookSecret ?? null,
    config.providerKeys.openai,
    config.providerKeys.anthropic,
    config.providerKeys.gemini,
    config.providerKeys.openrouter,
  ];
}

function passwordOf(url: string | null): string | null {
  const password = url === null ? '' : (URL.parse(url)?.password ?? '');
  return password === '' ? null : decodeURIComponent(password);
}
