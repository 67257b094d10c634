import type pg from 'pg';
import { NANO_PER_UNIT } from '@weir/units';
import { catalogueSource, findCatalogue, planCatalogue } from '../catalogue/genai-catalogue.js';
import { writeCatalogue, type CatalogueQueries } from '../catalogue/catalogue-writer.js';
import { usdRateSetting } from '../catalogue/usd-rate.js';

/** Says of which version of the catalogue a provider's prices are; `{slug}` is appended. */
const SEEDED_SETTING = 'catalogue.seeded.';

/**
 * Gives the providers of the environment their models and prices, from the catalogue that ships with the console.
 * The first time models are added; with a newer catalogue only prices change, as new versions, so that a model that
 * an admin removed stays away. In a ledger that is not in USD nothing is priced before an admin states the rate.
 */
export async function seedCatalogues(
  client: pg.ClientBase,
  slugs: readonly string[],
  currency: string,
): Promise<void> {
  const source = catalogueSource();
  const on = queriesOf(client);
  for (const slug of slugs) {
    const [provider] = await on.many<{ id: string; base_url: string; seeded: string | null }>(
      `SELECT p.id, p.base_url, (SELECT value #>> '{}' FROM setting WHERE name = $2) AS seeded FROM provider p WHERE p.slug = $1`,
      [slug, SEEDED_SETTING + slug],
    );
    if (provider === undefined || provider.seeded === source) continue;
    const catalogue = findCatalogue({ baseUrl: provider.base_url });
    const rateNano = currency === 'USD' ? NANO_PER_UNIT : await usdRateSetting(on);
    if (catalogue === undefined || rateNano === null) continue;
    const { models } = planCatalogue(catalogue, { now: new Date(), rateNano, only: null });
    const addModels = provider.seeded === null;
    const target = { provider: provider.id, source, addModels, createdBy: null };
    await writeCatalogue(on, target, models);
    await on.many(
      `INSERT INTO setting (name, value) VALUES ($1, to_jsonb($2::text))
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
      [SEEDED_SETTING + slug, source],
    );
  }
}

function queriesOf(client: pg.ClientBase): CatalogueQueries {
  return {
    many: async <T extends object>(sql: string, values: readonly unknown[]) => {
      const { rows } = await client.query<T & pg.QueryResultRow>(sql, [...values]);
      return rows;
    },
  };
}
