/** Environment variable under which a run's Redis is known to its test files; not set where there is none. */
export declare const TEST_REDIS = "WEIR_TEST_REDIS";
/** The run's Redis, or `undefined` where no redis-server could be started. */
export declare function testRedisUrl(): string | undefined;
/** A Redis of the test run's own. */
export interface TestRedis {
    readonly url: string;
    stop(): Promise<void>;
}
/**
 * Starts `redis-server` on a free loopback port, append-only and without eviction, as production demands it. `null` where there
 * is no redis-server on the PATH: the caller must say loudly what did not run.
 */
export declare function startTestRedis(): Promise<TestRedis | null>;
