import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig } from '@weir/platform';
import type { WeirConfig } from '@weir/platform';
import { createWorkerApp } from '../create-worker-app.js';

/** The settings of a worker on this database. `redisUrl` given ⇒ queues on Redis. */
export function workerConfig(databaseUrl: string): WeirConfig {
  const dataDir = mkdtempSync(join(tmpdir(), 'weir-worker-'));
  const environment = { DATABASE_URL: databaseUrl, WEIR_DATA_DIR: dataDir, LOG_LEVEL: 'silent' };
  const config = loadConfig(environment, 'worker');
  rmSync(dataDir, { recursive: true, force: true });
  return config;
}

/** Starts a whole worker in this process. */
export function runWorker(config: WeirConfig): Promise<{ close(): Promise<void> }> {
  return createWorkerApp(config, createLogger(config));
}
