import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { loadCatalog, type CatalogPrice } from '@weir/data';
import { startTestDatabase, type TestDatabase } from '@weir/test-kit';
import { parseMoney } from '@weir/units';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedCatalogues } from '../bootstrap/seed-catalogue.js';
import { writeCatalogue, type CatalogueOutcome } from './catalogue-writer.js';
import type { PlannedModel, PlannedPrice } from './planned.types.js';
import { keepUsdRate } from './usd-rate.js';

let database: TestDatabase;
let client: pg.Client;
let provider = '';
beforeAll(async () => {
  database = await startTestDatabase();
  client = new pg.Client({ connectionString: database.url, options: '-c role=weir_app' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  await client.query('DELETE FROM provider; DELETE FROM model; DELETE FROM setting');
  provider = await addProvider('openai', 'https://api.openai.com/v1');
});

async function addProvider(slug: string, baseUrl: string): Promise<string> {
  const id = randomUUID();
  await client.query(
    `INSERT INTO provider (id, slug, name, kind, base_url) VALUES ($1, $2, $2, 'openai', $3)`,
    [id, slug, baseUrl],
  );
  return id;
}

const PRICE: PlannedPrice = {
  inputNano: 10n,
  outputNano: 20n,
  cacheReadNano: 1n,
  cacheWrite5mNano: 10n,
  cacheWrite1hNano: null,
  requestNano: null,
  tiers: [
    {
      aboveTokens: 100,
      inputNano: 30n,
      outputNano: 40n,
      cacheReadNano: 3n,
      cacheWrite5mNano: 30n,
      cacheWrite1hNano: 60n,
    },
  ],
};
const model = (id: string, price: PlannedPrice = PRICE): PlannedModel => ({
  id,
  upstreamModel: `${id}-up`,
  name: id,
  description: '',
  kind: 'chat',
  contextTokens: 1_000,
  outputTokensMax: 100,
  hiddenOutput: true,
  capabilities: ['tools', 'vision'],
  versions: [{ startsAt: null, price }],
});

const queries = {
  many: async <T extends object>(sql: string, values: readonly unknown[]): Promise<T[]> =>
    (await client.query<T & pg.QueryResultRow>(sql, [...values])).rows,
};
function write(models: readonly PlannedModel[], addModels = true): Promise<CatalogueOutcome> {
  const target = { provider, source: 'catalogue 1', addModels, createdBy: null };
  return writeCatalogue(queries, target, models);
}
async function pricesOf(id: string): Promise<CatalogPrice[]> {
  return (await loadCatalog(client)).prices.filter((price) => price.model === id);
}
const changed = (outcome: CatalogueOutcome) => ({
  models: outcome.modelsAdded,
  endpoints: outcome.endpointsAdded,
  added: outcome.pricesAdded,
  unchanged: outcome.pricesUnchanged,
  kept: outcome.pricesKept,
});

describe('writing a catalogue', () => {
  it('adds models, endpoints and prices with their tiers, and a repeat adds nothing', async () => {
    const models = [model('a'), model('b')];
    expect(changed(await write(models))).toEqual({
      models: 2,
      endpoints: 2,
      added: 2,
      unchanged: 0,
      kept: 0,
    });
    expect(changed(await write(models))).toEqual({
      models: 0,
      endpoints: 0,
      added: 0,
      unchanged: 2,
      kept: 0,
    });
    const catalog = await loadCatalog(client);
    expect(catalog.models.find(({ id }) => id === 'a')).toMatchObject({
      contextTokens: 1_000,
      outputTokensMax: 100,
      hiddenOutput: true,
      capabilities: ['tools', 'vision'],
    });
    const endpoint = catalog.endpoints.find((one) => one.model === 'a');
    expect(endpoint).toMatchObject({ provider, upstreamModel: 'a-up' });
    expect(await pricesOf('a')).toMatchObject([
      {
        endpoint: endpoint?.id,
        inputNano: 10n,
        cacheWrite1hNano: null,
        tiers: [{ aboveTokens: 100, inputNano: 30n, cacheWrite1hNano: 60n }],
      },
    ]);
  });

  it('makes a changed price a new version and leaves the old one as it was', async () => {
    await write([model('a')]);
    const [before] = await pricesOf('a');
    await write([model('a', { ...PRICE, outputNano: 21n })]);
    await write([model('a', { ...PRICE, outputNano: 21n, tiers: [] })]);
    const prices = await pricesOf('a');
    expect(prices[0]).toEqual(before);
    expect(prices.map(({ outputNano, tiers }) => [outputNano, tiers.length])).toEqual([
      [20n, 1],
      [21n, 1],
      [21n, 0],
    ]);
  });

  it('never replaces what an admin wrote, of the model or of its endpoint', async () => {
    await client.query(`INSERT INTO model (id, name) VALUES ('mine', 'Mine')`);
    await client.query(
      `INSERT INTO price (model, valid_from, input_nano, output_nano) VALUES ('mine', now() - interval '1 day', 7, 7)`,
    );
    expect(changed(await write([model('mine')]))).toMatchObject({
      models: 0,
      endpoints: 1,
      added: 0,
      kept: 1,
    });
    expect((await loadCatalog(client)).models.find(({ id }) => id === 'mine')?.name).toBe('Mine');
    await write([model('a')]);
    await client.query(
      `INSERT INTO price (model, endpoint, valid_from, input_nano, output_nano) SELECT 'a', id, now(), 7, 7 FROM endpoint WHERE model = 'a'`,
    );
    expect(changed(await write([model('a', { ...PRICE, inputNano: 99n })]))).toMatchObject({
      added: 0,
      kept: 1,
    });
  });

  it('begins a price of the future on its day, once', async () => {
    const startsAt = new Date(Date.now() + 86_400_000);
    const later = { startsAt, price: { ...PRICE, inputNano: 5n } };
    const both = { ...model('a'), versions: [{ startsAt: null, price: PRICE }, later] };
    expect(changed(await write([both]))).toMatchObject({ added: 2 });
    expect(changed(await write([both]))).toMatchObject({ added: 0, unchanged: 2 });
    expect((await pricesOf('a')).at(-1)).toMatchObject({
      validFromMs: startsAt.getTime(),
      inputNano: 5n,
    });
  });

  it('prices the endpoints of each provider on their own', async () => {
    await write([model('a')]);
    const first = provider;
    provider = await addProvider('other', 'https://other.example');
    await write([model('a', { ...PRICE, inputNano: 11n })]);
    const { endpoints } = await loadCatalog(client);
    const priceAt = async (owner: string) => {
      const endpoint = endpoints.find((one) => one.provider === owner)?.id;
      return (await pricesOf('a')).find((price) => price.endpoint === endpoint)?.inputNano;
    };
    expect([await priceAt(first), await priceAt(provider)]).toEqual([10n, 11n]);
  });
});

describe('the catalogue at a start', () => {
  const seeded = () => client.query(`SELECT count(*)::int AS models FROM model`);
  const models = async () => (await seeded()).rows[0].models;

  it('is given to the providers of the environment that it knows, and to none a second time', async () => {
    await addProvider('ollama', 'http://10.0.0.5:11434/v1');
    await seedCatalogues(client, ['openai', 'ollama', 'missing'], 'USD');
    expect(await models()).toBeGreaterThan(50);
    expect((await pricesOf('gpt-4o-mini')).at(-1)).toMatchObject({ inputNano: parseMoney('0.15') });
    await client.query(`DELETE FROM model WHERE id = 'gpt-4o-mini'`);
    const before = await models();
    await seedCatalogues(client, ['openai', 'ollama'], 'USD');
    expect(await models()).toBe(before);
  });

  it('brings prices up to date with a newer catalogue, but no model that an admin removed', async () => {
    await seedCatalogues(client, ['openai'], 'USD');
    await client.query(`DELETE FROM model WHERE id = 'gpt-4o-mini'`);
    await client.query(
      `INSERT INTO price (model, endpoint, valid_from, input_nano, output_nano, source)
       SELECT 'gpt-4o', id, now(), 1, 1, 'catalogue' FROM endpoint WHERE model = 'gpt-4o'`,
    );
    await client.query(
      `UPDATE setting SET value = '"an older one"' WHERE name = 'catalogue.seeded.openai'`,
    );
    await seedCatalogues(client, ['openai'], 'USD');
    expect((await pricesOf('gpt-4o')).at(-1)).toMatchObject({ inputNano: parseMoney('2.5') });
    expect(await pricesOf('gpt-4o-mini')).toEqual([]);
  });

  it('waits for the admin’s rate in a ledger that is not in USD', async () => {
    await seedCatalogues(client, ['openai'], 'CHF');
    expect(await models()).toBe(0);
    await keepUsdRate(queries, parseMoney('0.8'));
    await seedCatalogues(client, ['openai'], 'CHF');
    expect((await pricesOf('gpt-4o')).at(-1)).toMatchObject({ inputNano: parseMoney('2') });
  });
});
