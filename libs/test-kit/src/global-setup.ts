import { startTestServer } from './server.js';

/** Vitest's globalSetup: one PostgreSQL for the whole run, ended with it. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const server = await startTestServer();
  return () => server.stop();
}
