// What can be known to be wrong before anything is started, told in one sentence each.
import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LEFTOVERS_WAIT_MS = 20_000;
const POLL_MS = 50;

/** Ends the launcher with a sentence. */
export class StartError extends Error {
  constructor(sentence, exitCode = 1) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

/** Makes the folders of an installation. @throws StartError where that may not be */
export async function prepareFolder(dataDir, logDir) {
  const { makeFolder } = await import('../../libs/platform/dist/config/index.js');
  try {
    makeFolder(logDir);
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new StartError(
      `WEIR_DATA_DIR ${dataDir} cannot be written (${error.code}); choose another folder or mend its rights.`,
      78,
    );
  }
}

/**
 * Makes this process the only launcher of a data folder. A lock of the kernel, by SQLite: it goes with the process,
 * however that ends. Returns what keeps it.
 */
export async function lockDataDir(dataDir) {
  const { DatabaseSync } = await import('node:sqlite');
  const lock = new DatabaseSync(join(dataDir, 'launcher.lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 1000; BEGIN EXCLUSIVE');
  } catch (error) {
    if (!/locked|busy/.test(error.message)) throw error;
    throw new StartError(
      `Weir already runs on ${dataDir}; stop it first, or choose another folder with WEIR_DATA_DIR.`,
    );
  }
  return lock;
}

/** Remembers the processes of this start for the next one. */
export function rememberProcesses(dataDir, pids) {
  writeFileSync(join(dataDir, 'launcher.json'), JSON.stringify({ pids }), { mode: 0o600 });
}

/**
 * Waits for processes that a killed launcher left behind: they end by themselves when its channel closes, after they
 * have saved what they hold. What does not end is killed; the journal is made for that.
 */
export async function endLeftovers(dataDir, isAlive) {
  const file = join(dataDir, 'launcher.json');
  let pids = [];
  try {
    pids = JSON.parse(readFileSync(file, 'utf8')).pids;
  } catch {
    // ENOENT or half-written: nothing is known of an earlier run.
  }
  const left = () => pids.filter((pid) => isAlive(pid) && isOurs(pid));
  if (left().length > 0) {
    console.log('Waiting for processes of the last run to end …');
    const deadline = performance.now() + LEFTOVERS_WAIT_MS;
    while (left().length > 0 && performance.now() < deadline) await delay(POLL_MS);
    for (const pid of left()) process.kill(pid, 'SIGKILL');
    while (left().length > 0) await delay(POLL_MS);
  }
  rmSync(file, { force: true });
}

/** Whether a process is one of our applications; its id may have passed on to a stranger. */
function isOurs(pid) {
  try {
    return /apps\/(gateway|console|worker|sandbox)\/dist\/main\.js/.test(
      readFileSync(`/proc/${pid}/cmdline`, 'utf8'),
    );
  } catch {
    // No /proc here, or the process has just ended: leave strangers alone.
    return false;
  }
}

/** Checks that each server will get its port. */
export async function checkPorts(host, servers) {
  for (const { name, setting, port } of servers) {
    if (port === 0) continue;
    const code = await tryPort(host, port);
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} (${name}) is in use by another program; stop that, or choose another with ${setting}.`,
      );
    }
    if (code === 'EACCES') {
      throw new StartError(
        `Port ${port} (${name}) may not be opened by this user; choose one above 1023 with ${setting}.`,
      );
    }
    if (code)
      throw new StartError(
        `WEIR_HOST ${host} cannot be listened on (${code}); it must be an address of this machine.`,
        78,
      );
  }
}

function tryPort(host, port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => done(error.code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(null)));
  });
}
