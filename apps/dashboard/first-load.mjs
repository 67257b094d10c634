/**
 * Measures what a browser transfers before a screen is usable, compressed as the console sends it, and
 * fails when it passes the limits of the performance targets: first load 180 kB, charts on demand 220 kB.
 * Follows the imports of the build itself, so that a new one cannot slip past.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const FIRST_LOAD_KB = 180;
const CHARTS_KB = 220;
const folder = join(fileURLToPath(new URL('.', import.meta.url)), 'dist', 'browser');
const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
const text = new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
const page = readFileSync(join(folder, 'index.html'), 'utf8');

/** The file and everything it imports statically. */
function closure(name, seen = new Set()) {
  if (seen.has(name) || !text.has(name)) return seen;
  seen.add(name);
  for (const match of text.get(name).matchAll(/(?:from|import)"\.\/([\w-]+\.js)"/g))
    closure(match[1], seen);
  return seen;
}

function chunk(name) {
  const found = files.find((file) => new RegExp(`^${name}-[\\w-]{8}\\.js$`).test(file));
  if (!found) throw new Error(`The build has no chunk named ${name}.`);
  return found;
}

function transferred(contents) {
  const parameters = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  return (
    contents.reduce((sum, content) => sum + brotliCompressSync(content, parameters).length, 0) /
    1000
  );
}

let failed = false;
function report(label, kilobytes, limit) {
  const over = kilobytes > limit;
  failed ||= over;
  console.log(
    `${label.padEnd(30)} ${kilobytes.toFixed(1).padStart(6)} kB of ${limit}${over ? '  TOO LARGE' : ''}`,
  );
}

const initial = new Set();
for (const match of page.matchAll(/(?:src|href)="\/([\w-]+\.(?:js|css))"/g)) {
  for (const name of closure(match[1])) initial.add(name);
}
const contents = (names) => [...names].map((name) => text.get(name));
report(
  'first load of login',
  transferred([page, ...contents(new Set([...initial, ...closure(chunk('login'))]))]),
  FIRST_LOAD_KB,
);
for (const screen of ['dashboard', 'live-traffic', 'keys']) {
  const names = [chunk('shell'), chunk(screen), chunk('esm')].flatMap((name) => [...closure(name)]);
  report(
    `first load of ${screen}`,
    transferred([page, ...contents(new Set([...initial, ...names]))]),
    FIRST_LOAD_KB,
  );
}
const charts = [...closure(chunk('chart-core'))].filter((name) => !initial.has(name));
report('charts, on demand', transferred(contents(charts)), CHARTS_KB);
process.exitCode = failed ? 1 : 0;
