import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serverUrl } from '../testing/server-url.js';
import { openMoneyDatabase, type MoneyDatabase } from '../testing/test-database.js';
import {
  claimIdempotency,
  findIdempotencyUse,
  forgetOldIdempotency,
  freeIdempotency,
} from './idempotency-table.js';

let database: MoneyDatabase;
beforeAll(async () => {
  database = await openMoneyDatabase(serverUrl());
});
afterAll(() => database.stop());

const named = () => ({ key: randomUUID(), name: Buffer.from('name') });
const claimOf = (name: ReturnType<typeof named>, previous: string | null = null) => ({
  ...name,
  body: Buffer.from('body'),
  request: randomUUID(),
  epoch: randomUUID(),
  previous,
});

it('is claimed by one of many, and replaced only by who names what it replaces', async () => {
  const name = named();
  const claims = Array.from({ length: 20 }, () => claimOf(name));
  const won = await Promise.all(claims.map((claim) => claimIdempotency(database.pool, claim)));
  expect(won.filter(Boolean)).toHaveLength(1);
  const winner = claims[won.indexOf(true)]?.request ?? '';
  expect(await findIdempotencyUse(database.pool, name)).toMatchObject({
    request: winner,
    httpStatus: null,
    status: null,
    epochClosed: false,
  });
  expect(await claimIdempotency(database.pool, claimOf(name, randomUUID()))).toBe(false);
  expect(await claimIdempotency(database.pool, claimOf(name, winner))).toBe(true);
  expect(await claimIdempotency(database.pool, claimOf(name, winner))).toBe(false);
});

it('is freed only by the request it stands for', async () => {
  const name = named();
  const claim = claimOf(name);
  await claimIdempotency(database.pool, claim);
  await freeIdempotency(database.pool, name, randomUUID());
  expect(await findIdempotencyUse(database.pool, name)).not.toBeNull();
  await freeIdempotency(database.pool, name, claim.request);
  expect(await findIdempotencyUse(database.pool, name)).toBeNull();
});

it('is forgotten after 24 hours and not before', async () => {
  const [old, young] = [named(), named()];
  await claimIdempotency(database.pool, claimOf(old));
  await claimIdempotency(database.pool, claimOf(young));
  const age = (key: string, hours: number) =>
    database.owner.query(
      `UPDATE idempotency SET claimed_at = now() - $2 * interval '1 hour' WHERE key = $1`,
      [key, hours],
    );
  await age(old.key, 24);
  await age(young.key, 23.9);
  expect(await forgetOldIdempotency(database.pool)).toBe(1);
  expect(await findIdempotencyUse(database.pool, young)).not.toBeNull();
  expect(await findIdempotencyUse(database.pool, old)).toBeNull();
});

it('finds what could not be settled, too', async () => {
  const name = named();
  const claim = claimOf(name);
  await claimIdempotency(database.pool, claim);
  await database.owner.query(
    `INSERT INTO settlement_failed (request, payload, error) VALUES ($1, '{"http_status": 200, "status": "ok"}', 'x')`,
    [claim.request],
  );
  expect(await findIdempotencyUse(database.pool, name)).toMatchObject({
    httpStatus: 200,
    status: 'ok',
  });
});
