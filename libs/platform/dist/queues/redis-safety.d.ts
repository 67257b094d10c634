import { type WeirConfig } from '../config/index.js';
/** Reasons why a Redis may lose jobs; empty when it keeps them. A server that hides its settings is trusted. */
export declare function redisProblems(redisUrl: string): Promise<string[]>;
/**
 * Refuses a Redis that may lose jobs where NODE_ENV is production. Part of the start of every process of a cluster.
 *
 * @throws ConfigError
 */
export declare function assertRedisKeepsJobs(config: Pick<WeirConfig, 'redisUrl' | 'environment'>): Promise<void>;
