// `npm start`: from a fresh clone, or after `kill -9` of everything, to a running installation. Runs on Node 20 without
// any dependency up to the point where it has installed them; then goes on in Node 24.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, nodeForUs } from './install.mjs';

await ensureInstalled();
const node = nodeForUs();
if (node === process.execPath) {
  const { run } = await import('./launcher/run.mjs');
  await run();
} else {
  goOnIn(node);
}

/** Runs this file in another Node. Ctrl-C reaches both; the other decides when it is over. */
function goOnIn(other) {
  const child = spawn(other, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${dirname(other)}:${process.env.PATH}` },
  });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
