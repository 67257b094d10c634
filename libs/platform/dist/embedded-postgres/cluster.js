import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, } from 'node:fs';
import { join } from 'node:path';
/** Owner of the cluster and of the database, both called so. */
export const EMBEDDED_USER = 'weir';
/** Name of the database that is made at the first start. */
export const EMBEDDED_DATABASE = 'weir';
/** Where things lie below `homeDir`. */
export function clusterPaths(homeDir) {
    return {
        pgData: join(homeDir, 'data'),
        passwordFile: join(homeDir, 'password'),
        logFile: join(homeDir, 'server.log'),
    };
}
/** The owner's URL. The password is base64url, so nothing needs escaping. */
export function clusterUrl(homeDir, port) {
    const password = readFileSync(clusterPaths(homeDir).passwordFile, 'utf8').trim();
    return `postgres://${EMBEDDED_USER}:${password}@127.0.0.1:${port}/${EMBEDDED_DATABASE}`;
}
/**
 * Makes the cluster when there is none: random password, scram-sha-256, UTF-8, locale C, checksums. Built in a
 * folder beside and renamed when whole, so a run killed in the middle leaves nothing that looks finished.
 */
export async function ensureCluster(isolation) {
    const { pgData, passwordFile } = clusterPaths(isolation.homeDir);
    if (existsSync(join(pgData, 'PG_VERSION')) && existsSync(passwordFile))
        return;
    if (existsSync(pgData)) {
        throw new Error(`${pgData} exists without its password file; move it away, or set DATABASE_URL to use that server.`);
    }
    mkdirSync(isolation.homeDir, { recursive: true, mode: 0o700 });
    const fresh = `${pgData}.new`;
    rmSync(fresh, { recursive: true, force: true });
    writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    chmodSync(passwordFile, 0o600);
    if (isolation.user)
        chownSync(passwordFile, isolation.user.uid, isolation.user.gid);
    await runInitdb(isolation, fresh, passwordFile);
    renameSync(fresh, pgData);
}
async function runInitdb(isolation, pgData, passwordFile) {
    const call = isolation.wrap(isolation.binaries.initdb, [
        `--pgdata=${pgData}`,
        `--username=${EMBEDDED_USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--data-checksums',
        '--no-instructions',
    ]);
    const output = [];
    const code = await new Promise((resolve, reject) => {
        const child = spawn(call.file, call.args, {
            stdio: ['ignore', 'pipe', 'pipe'],
            cwd: isolation.homeDir,
            ...isolation.user,
        });
        child.stdout.on('data', (chunk) => output.push(chunk.toString()));
        child.stderr.on('data', (chunk) => output.push(chunk.toString()));
        child.on('error', reject);
        child.on('close', resolve);
    });
    if (code !== 0)
        throw new Error(`initdb failed (${String(code)}): ${output.join('').trim()}`);
}
//# sourceMappingURL=cluster.js.map