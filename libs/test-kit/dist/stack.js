import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AppProcess } from './app-process.js';
import { startTestDatabase } from './database.js';
import { startTestServer, TEST_SERVER } from './server.js';
const ROOT = resolve(import.meta.dirname, '../../..');
const ADMIN = { email: 'admin@weir.local', password: 'a password of the tests' };
/** Starts database, sandbox, bootstrap, gateways, console and worker in the launcher's order; stops in its reverse. */
export async function startStack(input = {}) {
    const ownServer = process.env[TEST_SERVER] ? null : await startTestServer();
    const database = await startTestDatabase();
    const dataDir = mkdtempSync(join(tmpdir(), 'weir-stack-'));
    const sandbox = new AppProcess('sandbox', { WEIR_DATA_DIR: dataDir, ...input.env }, 'WEIR_SANDBOX_PORT');
    await sandbox.start();
    const sandboxAddress = `127.0.0.1:${String(sandbox.port)}`;
    const base = {
        WEIR_DATA_DIR: dataDir,
        DATABASE_URL: database.url,
        WEIR_EMBEDDED: '1',
        WEIR_GATEWAY_PORT: '0',
        WEIR_CONSOLE_PORT: '0',
        WEIR_SANDBOX_PORT: String(sandbox.port),
        WEIR_ADMIN_EMAIL: ADMIN.email,
        WEIR_ADMIN_PASSWORD: ADMIN.password,
        LOG_LEVEL: 'warn',
        ...input.env,
        UPSTREAM_ALLOW: [sandboxAddress, input.env?.['UPSTREAM_ALLOW']].filter(Boolean).join(','),
    };
    const { apiKey } = await bootstrap(base);
    const gateways = Array.from({ length: input.gateways ?? 1 }, () => new AppProcess('gateway', base, 'WEIR_GATEWAY_PORT'));
    for (const gateway of gateways)
        await gateway.start();
    const gatewayUrl = gateways[0]?.url ?? 'http://127.0.0.1:4000';
    const console = new AppProcess('console', { ...base, WEIR_GATEWAY_URL: gatewayUrl }, 'WEIR_CONSOLE_PORT');
    const worker = new AppProcess('worker', base, null);
    await Promise.all([console.start(), worker.start()]);
    const all = [...gateways, worker, console, sandbox];
    return {
        gateways,
        console,
        worker,
        sandbox,
        consoleUrl: console.url,
        sandboxUrl: sandbox.url,
        databaseUrl: database.url,
        dataDir,
        admin: ADMIN,
        apiKey,
        get pids() {
            return all.filter((app) => app.running).map((app) => app.pid);
        },
        stop: async () => {
            for (const app of all)
                await app.kill();
            await database.drop();
            await ownServer?.stop();
            rmSync(dataDir, { recursive: true, force: true });
        },
    };
}
/** Runs the console's one-shot bootstrap, as the launcher does. */
async function bootstrap(env) {
    const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'apps/console/dist/bootstrap.js')], {
        env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    const line = stdout.trim().split('\n').at(-1) ?? '{}';
    const parsed = JSON.parse(line);
    if (typeof parsed !== 'object' ||
        parsed === null ||
        !('apiKey' in parsed) ||
        typeof parsed.apiKey !== 'string') {
        throw new Error(`bootstrap printed no key: ${stdout}`);
    }
    return { apiKey: parsed.apiKey };
}
//# sourceMappingURL=stack.js.map