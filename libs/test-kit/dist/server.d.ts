/** Environment variable under which a run's server is known to its test files. Holds the owner's URL. */
export declare const TEST_SERVER = "WEIR_TEST_SERVER";
/** A PostgreSQL for tests, with a way to end it. */
export interface TestServer {
    /** The owner's URL of its first database. */
    readonly url: string;
    stop(): Promise<void>;
}
/** Starts an embedded PostgreSQL in a fresh folder that goes with it. */
export declare function startTestServer(): Promise<TestServer>;
/**
 * The server of this run, checked to be the one the run started: a wrong server must fail, not answer.
 *
 * @throws when no server was started or another one answers
 */
export declare function testServerUrl(): Promise<string>;
