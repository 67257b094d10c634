import { afterAll, beforeAll, expect, it } from 'vitest';
import { allowance, failing, item, makeEpoch, makePayer, row } from '../testing/builders.js';
import { openMoneyDatabase } from '../testing/test-database.js';
import type { MoneyDatabase } from '../testing/test-database.js';
import { serverUrl } from '../testing/server-url.js';
import { checkLedger, verifyLedger } from './verify-ledger.js';

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
  const payer = await makePayer(database, 10_000n);
  await database.money.setLimit(payer.account, 1, 1000n);
  const epoch = await makeEpoch(database);
  await database.money.leaseTake(epoch, 1, [
    item(allowance(payer, 0), 5000n),
    item(allowance(payer, 1), 500n),
  ]);
  const rows = [1n, 2n, 3n].map((n) =>
    row(payer, epoch, { costNano: n * 100n, tokens: n * 10n, holds: [n * 200n, n * 10n] }),
  );
  await database.money.settle([[epoch, 1n]], rows);
  await database.money.auditAppend({ actor: null, action: 'a.b', target: 'c:d' });
});
afterAll(() => database.stop());

it('finds nothing in a sound ledger', async () => {
  expect(failing(await verifyLedger(database.pool))).toEqual([]);
});

const MIDDLE = '(SELECT id FROM request ORDER BY id OFFSET 1 LIMIT 1)';
/** Each corruption with a check that must name it. Constraints that would refuse it are off while it is planted. */
const CORRUPTIONS: readonly (readonly [what: string, sql: string, found: string])[] = [
  ['money leased that no lease has', 'UPDATE allowance SET leased = leased + 1 WHERE kind = 0', 'I2 leased'],
  ['a lease larger than its allowance knows', 'UPDATE lease SET granted = granted + 1', 'I2 leased'],
  ['spending that no request made', 'UPDATE allowance SET used = used + 1 WHERE kind = 2', 'I2b'],
  ['a balance that the ledger does not know', 'UPDATE allowance SET cap = cap + 1 WHERE kind = 0', 'I1 balance'],
  ['a lost ledger entry', 'DELETE FROM ledger_entry WHERE seq = 2', 'I1 ledger seq'],
  ['a changed ledger amount', 'UPDATE ledger_entry SET amount_nano = amount_nano - 1 WHERE seq = 3', 'I1 the running'],
  ['a changed running balance', 'UPDATE ledger_entry SET balance_after = balance_after + 1 WHERE seq = 3', 'I1 the running'],
  ['granted credit out of thin air', 'UPDATE account SET granted_nano = granted_nano + 1', 'I1 granted'],
  ['a wrong ledger seq', 'UPDATE account SET ledger_seq = ledger_seq + 1', 'I1 the account'],
  ['a lost request', `DELETE FROM request WHERE id = ${MIDDLE}`, 'I3/I5'],
  ['a request with another cost', `UPDATE request SET cost_nano = cost_nano + 1 WHERE id = ${MIDDLE}`, 'I3/I5'],
  ['an unexplained excess', 'UPDATE allowance SET over = 5 WHERE kind = 1', 'I2 every excess'],
  ['a cap that is passed', 'UPDATE allowance SET cap = 1 WHERE kind = 1', 'I2 nothing beyond'],
  ['a lost allowance', 'DELETE FROM allowance WHERE kind = 6', 'I2b'],
  ['a lost balance row', 'DELETE FROM allowance WHERE kind = 0', 'I1 every account'],
  ['an ended epoch with a lease', `UPDATE gateway_epoch SET state = 'closed'`, 'I2 ended'],
  ['a silent epoch', 'UPDATE gateway_beat SET silent = 105', 'I7 no epoch'],
  ['a wrong rollup', 'UPDATE usage_rollup SET output_tokens = output_tokens + 1', 'I6 rollups'],
  ['a lost rollup', 'DELETE FROM usage_rollup', 'I6 rollups'],
  ['a wrong running sum', 'UPDATE account_use SET input_tokens = 0 WHERE kind = 2', 'I6 running'],
  ['a wrong sum of a key', 'UPDATE key_use SET requests = requests + 1', 'I6 what each key'],
  ['a lost live event', 'DELETE FROM live_event WHERE seq = 2', 'I9'],
  ['a lost newest live event', 'DELETE FROM live_event WHERE seq = (SELECT max(seq) FROM live_event)', 'I9'],
  ['a changed audit entry', `UPDATE audit_entry SET actor = gen_random_uuid()`, 'the audit'],
  ['a short lease', `INSERT INTO settlement_exception (what, amount) VALUES ('short', 1)`, 'I2 no lease was short'],
  ['a row set aside', `INSERT INTO settlement_failed (request, payload, error) VALUES (gen_random_uuid(), '{}', 'x')`, 'I7 nothing waits'],
]; // prettier-ignore

it.each(CORRUPTIONS)('finds %s', async (_what, sql, found) => {
  // The corruption lives in this transaction alone; verifyLedger would not see it, so the checks run inside.
  const client = await database.owner.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query(
      `DO $$ DECLARE c record; BEGIN FOR c IN SELECT conname, conrelid::regclass AS t FROM pg_constraint WHERE contype = 'c' AND conrelid = 'allowance'::regclass
         LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$`,
    );
    const changed = await client.query(sql);
    expect(changed.rowCount).toBeGreaterThan(0);
    const names = failing(await checkLedger(client));
    expect(names.filter((name) => name.startsWith(found))).not.toEqual([]);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
