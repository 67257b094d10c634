// Builds what is stale. Asking Nx takes two seconds even when nothing is to do, so a stamp over names, sizes and times
// of all sources answers the common case.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, showProgress } from '../install.mjs';

const STAMP = join(ROOT, 'node_modules', '.weir-built');
const SKIPPED = new Set(['node_modules', 'dist', '.angular', 'coverage']);
const OUTPUT_CHARACTERS_MAX = 200_000;

/** Builds every project whose sources changed. Ends the process with the compiler's words when that fails. */
export async function ensureBuilt() {
  const wanted = fingerprint();
  if (allDistsThere() && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  const done = showProgress('Building what is stale (about a minute the first time)');
  const { code, output } = await runNx();
  if (code !== 0) {
    console.error(`failed.\n\n${failuresOf(output)}\nThe build failed; the lines above say where.`);
    process.exit(1);
  }
  writeFileSync(STAMP, wanted);
  done();
}

/** Changes when any source may have changed. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'tsconfig.base.json', 'nx.json'])
    add(hash, join(ROOT, file));
  for (const folder of ['libs', 'apps']) walk(hash, join(ROOT, folder));
  return hash.digest('hex');
}

function walk(hash, folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(hash, path);
    else add(hash, path);
  }
}

function add(hash, path) {
  const { size, mtimeMs } = statSync(path);
  hash.update(`${path}\0${size}\0${mtimeMs}\0`);
}

function allDistsThere() {
  return ['libs', 'apps']
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)))
    .filter((project) => {
      const manifest = join(project, 'package.json');
      return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build;
    })
    .every((project) => existsSync(join(project, 'dist')));
}

/** Of Nx's report, the parts of the projects that failed; all of it where they cannot be told. */
function failuresOf(output) {
  const failed = [...output.matchAll(/^- (\S+:build)$/gm)].map(([, task]) => task);
  const parts = output
    .split(/^> nx run /m)
    .filter((part) => failed.some((task) => part.startsWith(task)));
  return parts.length > 0 ? parts.join('\n').replace(/^npm (warn|error).*\n/gm, '') : output;
}

function nxProgram() {
  const folder = join(ROOT, 'node_modules', 'nx');
  return join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin.nx);
}

function runNx() {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      [nxProgram(), 'run-many', '-t', 'build', '--output-style=static'],
      {
        cwd: ROOT,
        env: {
          ...process.env,
          NX_DAEMON: 'false',
          NX_TUI: 'false',
          FORCE_COLOR: '0',
          NG_CLI_ANALYTICS: 'false',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX);
      });
    }
    child.on('close', (code) => done({ code, output }));
  });
}
