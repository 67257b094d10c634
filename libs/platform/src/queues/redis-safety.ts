import { Redis } from 'ioredis';
import { ConfigError, EXIT_CONFIG, type WeirConfig } from '../config/index.js';

const CONNECT_MS = 5_000;

/** What each setting of Redis must be, or jobs and with them alerts are lost at its next restart or at full memory. */
const WANTED = [
  ['appendonly', 'yes'],
  ['maxmemory-policy', 'noeviction'],
] as const;

/**
 * Reasons why a Redis may lose jobs; empty when it keeps them. A server that is
 * away or hides its settings is trusted.
 */
export async function redisProblems(redisUrl: string): Promise<string[]> {
  const client = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch {
    // ECONNREFUSED, a timeout: a Redis that is away must keep no gateway from starting; settlement passes it by.
    return [];
  }
  try {
    const problems: string[] = [];
    for (const [name, wanted] of WANTED) {
      const [, value] = (await client.config('GET', name)) as string[];
      if (value !== undefined && value !== wanted) {
        problems.push(`REDIS_URL: set ${name} to ${wanted} (it is "${value}"), or jobs get lost.`);
      }
    }
    return problems;
  } catch {
    // Managed servers answer "unknown command" to CONFIG.
    return [];
  } finally {
    client.disconnect();
  }
}

/**
 * Refuses a Redis that may lose jobs where NODE_ENV is production. Part of the start of every process of a cluster.
 *
 * @throws ConfigError
 */
export async function assertRedisKeepsJobs(
  config: Pick<WeirConfig, 'redisUrl' | 'environment'>,
): Promise<void> {
  if (config.redisUrl === null || config.environment !== 'production') return;
  const problems = await redisProblems(config.redisUrl);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** `assertRedisKeepsJobs` for the second line of `main.ts`: prints every problem and ends the process with 78. */
export async function refuseForgetfulRedis(
  config: Pick<WeirConfig, 'redisUrl' | 'environment'>,
): Promise<void> {
  try {
    await assertRedisKeepsJobs(config);
  } catch (error) {
    // ConfigError is the operator's to mend; anything else is ours.
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) console.error(problem);
    process.exit(EXIT_CONFIG);
  }
}
