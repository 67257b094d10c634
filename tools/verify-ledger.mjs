// `npm run verify-ledger`: runs every invariant of the ledger against the running installation and prints what it found.
import { join } from 'node:path';
import pg from 'pg';
import { verifyLedger } from '../libs/data/dist/index.js';
import { findEmbeddedPostgres, loadConfigOrExit } from '../libs/platform/dist/index.js';

const config = loadConfigOrExit('tools');
const url = config.databaseUrl ?? findEmbeddedPostgres(join(config.dataDir, 'postgres'));
if (!url) {
  console.error(
    `No database runs for ${config.dataDir}; run npm start first, or set DATABASE_URL.`,
  );
  process.exit(1);
}
const pool = new pg.Pool({ connectionString: url, max: 1 });
try {
  const startedAt = performance.now();
  const findings = await verifyLedger(pool);
  const width = Math.max(...findings.map(({ name }) => name.length));
  for (const { name, ok, rows, witnesses } of findings) {
    console.log(`${ok ? '✓' : '✗'} ${name.padEnd(width)}${ok ? '' : `  ${rows} row(s)`}`);
    for (const witness of witnesses) console.log(`    ${JSON.stringify(witness)}`);
  }
  const broken = findings.filter(({ ok }) => !ok).length;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`\n${findings.length} checks in ${seconds} s, ${broken} with discrepancies.`);
  process.exitCode = broken > 0 ? 1 : 0;
} finally {
  await pool.end();
}
