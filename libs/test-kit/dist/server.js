import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '@weir/platform';
/** Environment variable under which a run's server is known to its test files. Holds the owner's URL. */
export const TEST_SERVER = 'WEIR_TEST_SERVER';
/** The data directory that server must admit to. */
const TEST_SERVER_DIR = 'WEIR_TEST_SERVER_DIR';
/** Starts an embedded PostgreSQL in a fresh folder that goes with it. */
export async function startTestServer() {
    const dataDir = mkdtempSync(join(tmpdir(), 'weir-pg-'));
    const server = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '300' } });
    process.env[TEST_SERVER] = server.url;
    process.env[TEST_SERVER_DIR] = server.dataDir;
    return {
        url: server.url,
        stop: async () => {
            await server.stop();
            rmSync(dataDir, { recursive: true, force: true });
        },
    };
}
/**
 * The server of this run, checked to be the one the run started: a wrong server must fail, not answer.
 *
 * @throws when no server was started or another one answers
 */
export async function testServerUrl() {
    const url = process.env[TEST_SERVER];
    if (!url)
        throw new Error('No test server: run under the root vitest.config.ts, whose globalSetup starts one.');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
        const { rows } = await client.query('SHOW data_directory');
        const expected = process.env[TEST_SERVER_DIR];
        if (expected && rows[0]?.data_directory !== expected) {
            throw new Error(`The test server's data directory is ${String(rows[0]?.data_directory)}, not ours (${expected}).`);
        }
    }
    finally {
        await client.end();
    }
    return url;
}
//# sourceMappingURL=server.js.map