// What every command needs before anything else: the dependencies of the lock file, and Node 24. Runs on Node 20 and
// uses nothing but Node itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const STAMP = join(ROOT, 'node_modules', '.weir-installed');

/** Runs `npm ci` when the lock file's content is not what was installed last. Ends the process with a sentence when it fails. */
export function ensureInstalled() {
  if (isNewerThanLock()) return;
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  process.stdout.write('Installing dependencies (about a minute the first time) … ');
  const startedAt = Date.now();
  // npm itself tells where it is when it runs us; by hand it is on the PATH.
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js')
    ? [process.execPath, npm]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  const { status } = spawnSync(
    command,
    [...first, 'ci', '--loglevel=error', '--no-fund', '--no-audit'],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' },
  );
  if (status !== 0) {
    console.error(
      '\nnpm ci failed. Check the network and the free disk space (about 1.5 GB are needed), then run the command again.',
    );
    process.exit(1);
  }
  writeFileSync(STAMP, wanted);
  console.log(`done in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
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
