/**
 * PostgreSQL refuses to run as uid 0. As root there are two ways out:
 *
 * - `unshare`: a user namespace in which root's files seem to belong to uid 65534. Files stay root's, the data
 *   stays where the operator wants it, also below `/root`. Costs nothing; needs unprivileged user namespaces.
 * - `copy`: where that is refused, programs and data live in `/var/tmp/weir-<hash>` and belong to the user
 *   `postgres` or `nobody`, because no other user can enter `/root` or a folder of mode 0700.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativeBinaries } from './binaries.js';
const UNSHARE = ['--user', '--map-user=65534', '--map-group=65534', '--'];
/** Chooses the way for this process. `forced` is for tests. */
export function chooseIsolation(binaries, homeDir, forced) {
    const mode = forced ?? (process.getuid?.() === 0 ? (canUnshare() ? 'unshare' : 'copy') : 'direct');
    if (mode === 'copy')
        return copyIsolation(binaries, homeDir);
    if (mode === 'unshare') {
        return {
            mode,
            binaries,
            homeDir,
            wrap: (program, args) => ({ file: 'unshare', args: [...UNSHARE, program, ...args] }),
        };
    }
    return { mode, binaries, homeDir, wrap: (program, args) => ({ file: program, args: [...args] }) };
}
function canUnshare() {
    if (process.platform !== 'linux')
        return false;
    return spawnSync('unshare', [...UNSHARE, 'true'], { stdio: 'ignore' }).status === 0;
}
/** Where `copy` keeps the server of a folder. */
export function copiedHomeDir(wishedDir) {
    const hash = createHash('sha256').update(wishedDir).digest('hex').slice(0, 12);
    return join('/var/tmp', `weir-${hash}`);
}
function copyIsolation(binaries, wishedDir) {
    const user = findServiceUser();
    const homeDir = copiedHomeDir(wishedDir);
    mkdirSync(homeDir, { recursive: true, mode: 0o700 });
    const nativeDir = join(homeDir, 'native');
    if (!existsSync(join(nativeDir, 'bin', 'postgres'))) {
        cpSync(binaries.nativeDir, nativeDir, { recursive: true, verbatimSymlinks: true });
    }
    chownSync(homeDir, user.uid, user.gid);
    return {
        mode: 'copy',
        binaries: nativeBinaries(nativeDir),
        homeDir,
        wrap: (program, args) => ({ file: program, args: [...args] }),
        user,
    };
}
function findServiceUser() {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    for (const name of ['postgres', 'nobody']) {
        const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
        if (fields?.[2] && fields[3])
            return { uid: Number(fields[2]), gid: Number(fields[3]) };
    }
    throw new Error('PostgreSQL does not run as root, and neither user namespaces nor a user "postgres" or "nobody" are there; start as a normal user or set DATABASE_URL.');
}
//# sourceMappingURL=isolation.js.map