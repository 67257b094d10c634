// What every command needs before anything else: the dependencies of the lock file, and Node 24. Runs on Node 20 and
// uses nothing but Node itself.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const OUTPUT_CHARACTERS_MAX = 20_000;
const STAMP = join(ROOT, 'node_modules', '.weir-installed');
/** Holds the pid of the one process that installs: two at once would remove each other's files. */
const LOCK = join(ROOT, '.weir-installing');
const LOCK_POLL_MS = 500;

/**
 * Runs `npm ci` when what is installed is older than the lock file. Says how long it takes; npm's own words come only
 * when it fails, which ends the process.
 */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await takeLock();
  try {
    if (!isInstalled()) await install();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

async function install() {
  const done = showProgress('Installing dependencies (a minute or two the first time)');
  const { code, output } = await runNpm([
    'ci',
    '--loglevel=error',
    '--no-fund',
    '--no-audit',
    '--no-progress',
  ]);
  if (code !== 0) {
    console.error(`failed.\n\n${output}`);
    console.error(
      'npm ci failed. Check the network and the free disk space (about 1.5 GB are needed), then run the command again.',
    );
    rmSync(LOCK, { force: true });
    process.exit(1);
  }
  writeFileSync(STAMP, fingerprintOfLock());
  done();
}

/** Waits for another process that installs here. A lock whose process is gone is taken over. */
async function takeLock() {
  for (let isFirst = true; ; isFirst = false) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code === 'EACCES' || error.code === 'EROFS') {
        console.error(
          `${ROOT} cannot be written, so nothing can be installed there: give this user the right to write, or clone into a folder of its own.`,
        );
        process.exit(1);
      }
      // EEXIST: somebody installs, or was killed while installing.
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = lockHolder();
    if (holder === null || !isAlive(holder)) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (isFirst) console.log('Another process is installing the dependencies; waiting for it.');
    await delay(LOCK_POLL_MS);
  }
}

/** Pid in the lock; null when it was just given up. */
function lockHolder() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch {
    // ENOENT: its holder has finished since.
    return null;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // ESRCH: gone. EPERM: alive, but another user's.
    return error.code === 'EPERM';
  }
}

/** Says what takes its time, with a dot every few seconds; the returned function ends the line. */
export function showProgress(what) {
  process.stdout.write(`${what} `);
  const startedAt = performance.now();
  const timer = setInterval(() => process.stdout.write('.'), 3_000);
  timer.unref();
  return () => {
    clearInterval(timer);
    console.log(` done in ${Math.round((performance.now() - startedAt) / 1000)} s.`);
  };
}

/** Runs npm in the repository and collects what it says. */
export function runNpm(args) {
  // npm itself tells where it is when it runs us; by hand it is on the PATH.
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js')
    ? [process.execPath, npm]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  return new Promise((done) => {
    const child = spawn(command, [...first, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    child.on('error', (error) => done({ code: 1, output: `npm cannot be run: ${error.message}` }));
    child.on('close', (code) => done({ code, output }));
  });
}

function fingerprintOfLock() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  if (isNewerThanLock()) return true;
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprintOfLock();
}

/** Whether npm itself finished an install after the lock file was last written. */
function isNewerThanLock() {
  const finished = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(finished)) return false;
  return statSync(finished).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
}

/** Path of a Node 24: the running one, or the one npm installed. Ends the process with a sentence where there is none. */
export function nodeForUs() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const node = join(
    ROOT,
    'node_modules',
    '.bin',
    process.platform === 'win32' ? 'node.cmd' : 'node',
  );
  if (existsSync(node)) return node;
  console.error(
    `Node 24 comes as a package for Linux and Windows; here (${process.platform} ${process.arch}) please install Node 24 and run the command with it.`,
  );
  return process.exit(1);
}

/** Goes on in Node 24 when the running Node is another: starts `moduleUrl` anew with it and ends with its exit code. */
export function insideNode24(moduleUrl) {
  const node = nodeForUs();
  if (node === process.execPath) return;
  const { status, signal } = spawnSync(node, [fileURLToPath(moduleUrl), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}` },
  });
  process.exit(status ?? (signal ? 1 : 0));
}
