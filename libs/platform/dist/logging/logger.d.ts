import type { DynamicModule } from '@nestjs/common';
import { type DestinationStream, type Logger } from 'pino';
import type { ToolsConfig, WeirConfig } from '../config/index.js';
/** What is behind the logger of an application. */
export type AppLogger = Logger;
/**
 * The one logger of a process: JSON lines on stdout, secrets taken out of objects by key and out of whole lines by
 * shape and by value. Never given a prompt or an answer.
 */
export declare function createLogger(config: WeirConfig | ToolsConfig, destination?: DestinationStream): Logger;
/** Gives Nest and everything in it the process's logger. Requests are not logged line by line. */
export declare function loggingModule(logger: Logger): DynamicModule;
