import { startTestRedis, TEST_REDIS } from './redis.js';
import { startTestServer } from './server.js';

/** Vitest's globalSetup: one PostgreSQL for the whole run and, where it can be had, one Redis; ended with it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const server = await startTestServer();
  const redis = await startTestRedis();
  if (redis === null) {
    console.warn('\n!!! No redis-server on the PATH: THE CLUSTER SUITE DOES NOT RUN !!!\n');
  } else {
    process.env[TEST_REDIS] = redis.url;
  }
  return async () => {
    await redis?.stop();
    await server.stop();
  };
}
