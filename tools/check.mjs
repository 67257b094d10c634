// `npm run check`: everything that decides whether a change may land, in the order that fails soonest.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, ensureInstalled, insideNode24, runNpm } from './install.mjs';

await ensureInstalled();
insideNode24(import.meta.url);

const STEPS = [
  ['format', 'prettier', ['--check', '--log-level=warn', '.']],
  ['build', 'nx', ['run-many', '-t', 'build', '--output-style=static']],
  ['types', 'nx', ['run-many', '-t', 'typecheck', '--output-style=static']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['boundaries', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'libs', 'apps']],
];
console.log('\n— lock file —');
const lock = await runNpm(['ci', '--dry-run', '--loglevel=error']);
if (lock.code !== 0) {
  console.error(`${lock.output}\nA fresh clone could not install: mend package-lock.json.`);
  process.exit(1);
}
for (const [title, command, args] of STEPS) {
  console.log(`\n— ${title} —`);
  step(join(ROOT, 'node_modules/.bin', command), args);
}
if (!process.argv.includes('--no-tests')) step(process.execPath, [join(ROOT, 'tools/test.mjs')]);

function step(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false' },
  });
  if (status !== 0) process.exit(status ?? 1);
}
