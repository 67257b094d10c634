/**
 * The postmaster as a process: found by its `postmaster.pid`, told apart from a zombie or a stranger that got
 * the same process id, and stopped in PostgreSQL's three ways.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
const POLL_MS = 20;
const FAST_STOP_MS = 30_000;
const IMMEDIATE_STOP_MS = 5_000;
const KILL_MS = 5_000;
/** The live postmaster of a data directory, if any. */
export function readPostmaster(pgData) {
    let lines;
    try {
        lines = readFileSync(join(pgData, 'postmaster.pid'), 'utf8').split('\n');
    }
    catch {
        // ENOENT: it does not run.
        return undefined;
    }
    // Lines: pid, data directory, start time, port, socket directory, address, shared memory, status.
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 0 || !isPostmasterOf(pid, pgData))
        return undefined;
    return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' };
}
/**
 * Removes a `postmaster.pid` whose process is gone, a zombie, or another program: PostgreSQL asks only
 * `kill(pid, 0)` and would refuse to start.
 */
export function removeStalePidFile(pgData) {
    if (readPostmaster(pgData) === undefined) {
        rmSync(join(pgData, 'postmaster.pid'), { force: true });
    }
}
/** Whether a process runs; a zombie does not. */
export function isAlive(pid) {
    try {
        process.kill(pid, 0);
    }
    catch (error) {
        // ESRCH: no such process. EPERM: it lives, under another user.
        if (!(error instanceof Error && 'code' in error && error.code === 'EPERM'))
            return false;
    }
    if (process.platform !== 'linux')
        return true;
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // The state follows the command in parentheses, which may itself hold parentheses.
        return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
    }
    catch {
        // ENOENT: it ended between the two looks.
        return false;
    }
}
function isPostmasterOf(pid, pgData) {
    if (!isAlive(pid))
        return false;
    if (process.platform !== 'linux')
        return true;
    try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').length > 0;
    }
    catch {
        // ENOENT: it ended just now.
        return false;
    }
}
/** Stops a postmaster: fast (clients are cut, data is written), then immediate, then by force. */
export async function stopPostmaster(pid) {
    const steps = [
        ['SIGINT', FAST_STOP_MS],
        ['SIGQUIT', IMMEDIATE_STOP_MS],
        ['SIGKILL', KILL_MS],
    ];
    for (const [signal, waitMs] of steps) {
        try {
            process.kill(pid, signal);
        }
        catch {
            // ESRCH: it has ended.
            return;
        }
        if (await waitForEnd(pid, waitMs))
            return;
    }
    throw new Error(`PostgreSQL (process ${pid}) does not end, not even by SIGKILL.`);
}
async function waitForEnd(pid, waitMs) {
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
        if (!isAlive(pid))
            return true;
        await delay(POLL_MS);
    }
    return false;
}
//# sourceMappingURL=postmaster.js.map