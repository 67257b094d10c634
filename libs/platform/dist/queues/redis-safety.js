import { Redis } from 'ioredis';
import { ConfigError } from '../config/index.js';
const CONNECT_MS = 5_000;
/** What each setting of Redis must be, or jobs and with them alerts are lost at its next restart or at full memory. */
const WANTED = [
    ['appendonly', 'yes'],
    ['maxmemory-policy', 'noeviction'],
];
/** Reasons why a Redis may lose jobs; empty when it keeps them. A server that hides its settings is trusted. */
export async function redisProblems(redisUrl) {
    const client = new Redis(redisUrl, {
        lazyConnect: true,
        connectTimeout: CONNECT_MS,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
    });
    client.on('error', () => undefined);
    try {
        await client.connect();
    }
    catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return [`REDIS_URL: ${URL.parse(redisUrl)?.host ?? 'the server'} does not answer (${reason}).`];
    }
    try {
        const problems = [];
        for (const [name, wanted] of WANTED) {
            const [, value] = (await client.config('GET', name));
            if (value !== undefined && value !== wanted) {
                problems.push(`REDIS_URL: set ${name} to ${wanted} (it is "${value}"), or jobs get lost.`);
            }
        }
        return problems;
    }
    catch {
        // Managed servers answer "unknown command" to CONFIG.
        return [];
    }
    finally {
        client.disconnect();
    }
}
/**
 * Refuses a Redis that may lose jobs where NODE_ENV is production. Part of the start of every process of a cluster.
 *
 * @throws ConfigError
 */
export async function assertRedisKeepsJobs(config) {
    if (config.redisUrl === null || config.environment !== 'production')
        return;
    const problems = await redisProblems(config.redisUrl);
    if (problems.length > 0)
        throw new ConfigError(problems);
}
//# sourceMappingURL=redis-safety.js.map