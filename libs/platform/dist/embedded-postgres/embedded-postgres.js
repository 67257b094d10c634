/**
 * A real PostgreSQL from npm, owned by one folder. Used by the launcher, the operators' tools and the tests.
 *
 * The server lives in its own process group, so Ctrl-C reaches it only through `stop()`, after everybody who
 * still has to write. A server left behind by a `kill -9` of its parent is taken over. It listens on 127.0.0.1
 * only and has no socket in the file system.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, statSync, } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findPostgresBinaries } from './binaries.js';
import { clusterPaths, clusterUrl, EMBEDDED_DATABASE, EMBEDDED_USER, ensureCluster, } from './cluster.js';
import { chooseIsolation, copiedHomeDir } from './isolation.js';
import { isAlive, readPostmaster, removeStalePidFile, stopPostmaster } from './postmaster.js';
const DEFAULT_SETTINGS = {
    max_connections: '200',
    shared_buffers: '128MB',
    jit: 'off',
    fsync: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    // Hot counters are updated often: vacuum early, it is cheap here.
    autovacuum_naptime: '15s',
};
const READY_WITHIN_MS = 60_000;
const TAKE_OVER_WITHIN_MS = 10_000;
const POLL_MS = 20;
const LIVENESS_MS = 500;
const START_TRIES = 40;
const RETRY_MS = 250;
const LOG_BYTES_MAX = 10 * 1024 * 1024;
/** Starts the server of a folder, or takes over the one that runs there. Ready for connections when it resolves. */
export async function startEmbeddedPostgres(input) {
    const wished = resolve(input.dataDir);
    mkdirSync(wished, { recursive: true, mode: 0o700 });
    const isolation = chooseIsolation(findPostgresBinaries(), realpathSync(wished), input.isolation);
    await ensureCluster(isolation);
    const running = await takeOver(isolation, input.port);
    if (running)
        return running;
    for (let attempt = 1;; attempt += 1) {
        const port = input.port ?? (await freePort());
        const started = await launch(isolation, port, input.settings ?? {});
        if ('server' in started)
            return started.server;
        // Backends of a killed postmaster need a moment to notice; a port found free may be gone again.
        const passing = started.log.includes('shared memory block') ||
            (input.port === undefined && started.log.includes('could not bind'));
        if (!passing || attempt >= START_TRIES) {
            throw new Error(`PostgreSQL does not start: ${started.log.trim() || 'it wrote no reason'}`);
        }
        await delay(RETRY_MS);
    }
}
/** The URL of the server that runs in a folder now, if one does. Starts nothing. */
export function findEmbeddedPostgres(dataDir) {
    if (!existsSync(dataDir))
        return undefined;
    const wished = realpathSync(dataDir);
    for (const homeDir of [wished, copiedHomeDir(wished)]) {
        const running = readPostmaster(clusterPaths(homeDir).pgData);
        if (running)
            return clusterUrl(homeDir, running.port);
    }
    return undefined;
}
async function takeOver(isolation, port) {
    const { pgData } = clusterPaths(isolation.homeDir);
    const found = readPostmaster(pgData);
    if (found) {
        const answers = (port === undefined || port === found.port) &&
            (await answersAs(clusterUrl(isolation.homeDir, found.port), pgData));
        if (answers)
            return describe(isolation, { pid: found.pid, port: found.port, takenOver: true });
        await stopPostmaster(found.pid);
    }
    removeStalePidFile(pgData);
    return undefined;
}
async function answersAs(url, pgData) {
    const deadline = performance.now() + TAKE_OVER_WITHIN_MS;
    while (performance.now() < deadline) {
        const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
        client.on('error', () => undefined);
        try {
            await client.connect();
            const { rows } = await client.query('SHOW data_directory');
            return rows[0]?.data_directory === pgData;
        }
        catch {
            // It may still be recovering; ask again until the deadline.
            await delay(RETRY_MS);
        }
        finally {
            await client.end().catch(() => undefined);
        }
    }
    return false;
}
async function launch(isolation, port, settings) {
    const { pgData, logFile } = clusterPaths(isolation.homeDir);
    rotateLog(logFile);
    const log = openSync(logFile, 'a', 0o600);
    const logStart = statSync(logFile).size;
    const all = {
        ...DEFAULT_SETTINGS,
        ...settings,
        listen_addresses: '127.0.0.1',
        port: String(port),
        unix_socket_directories: '',
    };
    const call = isolation.wrap(isolation.binaries.postgres, [
        '-D',
        pgData,
        ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
    const child = spawn(call.file, call.args, {
        stdio: ['ignore', log, log],
        detached: true,
        cwd: isolation.homeDir,
        ...isolation.user,
    });
    closeSync(log);
    const ended = new Promise((done) => {
        child.once('exit', () => {
            done();
        });
        child.once('error', () => {
            done();
        });
    });
    // It must not keep a parent alive that has nothing else to do.
    child.unref();
    const pid = child.pid;
    const ready = pid !== undefined && (await becomesReady(pgData, pid, ended));
    if (!ready) {
        if (pid !== undefined && isAlive(pid))
            await stopPostmaster(pid);
        return { log: readFileSync(logFile, 'utf8').slice(logStart).slice(-4_000) };
    }
    await ensureDatabase(isolation.homeDir, port);
    return { server: describe(isolation, { pid, port, takenOver: false, ended }) };
}
async function becomesReady(pgData, pid, ended) {
    const state = { over: false };
    void ended.then(() => {
        state.over = true;
    });
    const deadline = performance.now() + READY_WITHIN_MS;
    while (!state.over && performance.now() < deadline) {
        const running = readPostmaster(pgData);
        if (running?.pid === pid && running.ready)
            return true;
        await delay(POLL_MS);
    }
    return false;
}
async function ensureDatabase(homeDir, port) {
    const url = new URL(clusterUrl(homeDir, port));
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
        const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
            EMBEDDED_DATABASE,
        ]);
        if (found.rowCount === 0) {
            await client.query(`CREATE DATABASE ${EMBEDDED_DATABASE} OWNER ${EMBEDDED_USER}`);
        }
    }
    finally {
        await client.end();
    }
}
function describe(isolation, process_) {
    const { pid, port, takenOver } = process_;
    return {
        url: clusterUrl(isolation.homeDir, port),
        dataDir: clusterPaths(isolation.homeDir).pgData,
        port,
        pid,
        takenOver,
        ended: process_.ended ?? watchEnd(pid),
        stop: () => stopPostmaster(pid),
    };
}
/** We are not the parent of a server taken over, so nothing tells us of its end: look twice a second. */
function watchEnd(pid) {
    return new Promise((done) => {
        const timer = setInterval(() => {
            if (isAlive(pid))
                return;
            clearInterval(timer);
            done();
        }, LIVENESS_MS);
        timer.unref();
    });
}
function rotateLog(logFile) {
    if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES_MAX)
        renameSync(logFile, `${logFile}.1`);
}
function freePort() {
    return new Promise((found, failed) => {
        const server = createServer();
        server.once('error', failed);
        server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            server.close(() => {
                if (address !== null && typeof address === 'object')
                    found(address.port);
                else
                    failed(new Error('The kernel gave no port.'));
            });
        });
    });
}
//# sourceMappingURL=embedded-postgres.js.map