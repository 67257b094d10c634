import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { CatalogueImport, importCatalogueBody } from '@weir/contracts';
import { NANO_PER_UNIT, parseMoney } from '@weir/units';
import { writeCatalogue, type CatalogueQueries } from '../../catalogue/catalogue-writer.js';
import {
  catalogueNames,
  catalogueSource,
  findCatalogue,
  planCatalogue,
} from '../../catalogue/genai-catalogue.js';
import { keepUsdRate, usdRateSetting } from '../../catalogue/usd-rate.js';
import { Database, type Transaction } from '../../database/database.js';
import { audit, type Actor } from '../../http/actor.js';
import { invalidField } from '../../http/api-error.js';
import { SETTINGS, type ConsoleSettings } from '../../settings.js';

type Body = z.infer<typeof importCatalogueBody>;

/** Models and prices of a provider out of the catalogue that ships with the console; nothing is fetched. */
@Injectable()
export class AdminCatalogueService {
  constructor(
    private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  async import(actor: Actor, body: Body): Promise<CatalogueImport> {
    const source = catalogueSource();
    const names = await catalogueNames();
    return this.database.transaction(async (on) => {
      const provider = await on.one<{ base_url: string }>(
        'SELECT base_url FROM provider WHERE id = $1',
        [body.provider],
      );
      if (!provider) throw invalidField('provider', 'There is no such provider.');
      const catalogue = findCatalogue({ name: body.catalogue, baseUrl: provider.base_url });
      if (catalogue === undefined)
        throw invalidField('catalogue', `Name one of: ${names.join(', ')}.`);
      const queries = queriesOf(on);
      const rateNano = await this.rateOf(queries, body);
      const only = body.models === undefined ? null : new Set(body.models);
      const plan = planCatalogue(catalogue, { now: new Date(), rateNano, only });
      const target = { provider: body.provider, source, addModels: true };
      const outcome = await writeCatalogue(
        queries,
        { ...target, createdBy: actor.caller.userId },
        plan.models,
      );
      const done = {
        catalogue: catalogue.id,
        source,
        models_added: outcome.modelsAdded,
        endpoints_added: outcome.endpointsAdded,
        prices_added: outcome.pricesAdded,
        prices_unchanged: outcome.pricesUnchanged,
        prices_kept: outcome.pricesKept,
      };
      await audit(on, actor, 'catalogue.import', {
        target: `provider:${body.provider}`,
        after: done,
      });
      return { ...done, skipped: [...plan.skipped] };
    });
  }

  /** Nano of the ledger currency per USD. A rate that is given is kept for the next time. */
  private async rateOf(on: CatalogueQueries, body: Body): Promise<bigint> {
    const given = body.usd_rate === undefined ? null : parseMoney(body.usd_rate);
    const { currency } = this.settings;
    if (currency === 'USD') {
      if (given !== null && given !== NANO_PER_UNIT)
        throw invalidField('usd_rate', 'The ledger is in USD: leave the rate out.');
      return NANO_PER_UNIT;
    }
    if (given === 0n) throw invalidField('usd_rate', 'A rate of 0 would make every model free.');
    if (given !== null) {
      await keepUsdRate(on, given);
      return given;
    }
    const kept = await usdRateSetting(on);
    if (kept === null)
      throw invalidField('usd_rate', `The catalogue is in USD: say how many ${currency} one is.`);
    return kept;
  }
}

function queriesOf(on: Transaction): CatalogueQueries {
  return { many: (sql, values) => on.many(sql, values) };
}
