// `npm test`: installs what is missing, builds what is stale, then runs every suite: unit, property and integration
// by Vitest from source, end to end on the built processes. Ends with one line: `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, ensureInstalled, insideNode24 } from './install.mjs';

await ensureInstalled();
insideNode24(import.meta.url);

const REPORTS = join(ROOT, '.tmp');
mkdirSync(REPORTS, { recursive: true });

const totals = { passed: 0, failed: 0, skipped: 0 };
let broken = run('nx', ['run-many', '-t', 'build', '--output-style=static'], {
  NX_DAEMON: 'false',
});
if (!broken) {
  broken =
    suite('unit, property and integration', ['--config', 'vitest.config.ts'], 'unit.json') ||
    broken;
  broken = suite('end to end', ['--config', 'apps/e2e/vitest.config.ts'], 'e2e.json') || broken;
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
if (totals.passed === 0) console.error('No test ran.');
process.exit(broken || totals.failed > 0 || totals.passed === 0 ? 1 : 0);

/** Runs one Vitest configuration and adds its counts. Returns whether it failed. */
function suite(title, args, report) {
  const file = join(REPORTS, report);
  rmSync(file, { force: true });
  console.log(`\n— ${title} —`);
  const failed = run(
    'vitest',
    ['run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    {},
  );
  try {
    const counts = JSON.parse(readFileSync(file, 'utf8'));
    totals.passed += counts.numPassedTests;
    totals.failed += counts.numFailedTests;
    totals.skipped += counts.numPendingTests + counts.numTodoTests;
  } catch {
    // The runner died before it wrote its report: that is a failure of its own.
    totals.failed += 1;
  }
  return failed;
}

function run(command, args, env) {
  const { status } = spawnSync(join(ROOT, 'node_modules/.bin', command), args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status !== 0;
}
