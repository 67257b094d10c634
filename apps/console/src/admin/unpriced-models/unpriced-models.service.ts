import { Injectable } from '@nestjs/common';
import type { UnpricedModelsView } from '@weir/contracts';
import type { UnpricedPolicy } from '@weir/data';
import { flatTokenPrice } from '@weir/domain';
import { formatMoney, nano, type Nano } from '@weir/units';
import { audit, type Actor } from '../../http/actor.js';
import { invalidField } from '../../http/api-error.js';
import { AdminUnpricedModelsRepository, type UnpricedRow } from './unpriced-models.repository.js';

/** What happens to requests for models that nobody priced (decisions §2). */
@Injectable()
export class AdminUnpricedModelsService {
  constructor(private readonly repository: AdminUnpricedModelsRepository) {}

  async get(): Promise<UnpricedModelsView> {
    return viewOf(await this.repository.current());
  }

  async set(actor: Actor, policy: UnpricedPolicy): Promise<UnpricedModelsView> {
    return this.repository.transaction(async (on) => {
      const before = viewOf(await this.repository.current(on));
      if (policy === 'token-price' && before.price_per_million === null)
        throw invalidField(
          'policy',
          'Unpriced models would be free: first state a token price above 0 and its rate with POST /api/admin/token-price {eur_per_token, eur_rate}.',
        );
      await this.repository.set(on, policy);
      await audit(on, actor, 'unpriced_models.set', {
        target: 'setting:unpriced_models',
        before: { policy: before.policy },
        after: { policy },
      });
      return { ...before, policy };
    });
  }
}

function viewOf(row: UnpricedRow): UnpricedModelsView {
  const perMillion = pricePerMillion(row);
  return {
    policy: row.policy ?? 'block',
    price_per_million: perMillion === 0n ? null : formatMoney(perMillion),
  };
}

/** 0 = there is nothing that could be charged. */
function pricePerMillion({ version, price_nano, ledger_rate_nano }: UnpricedRow): Nano {
  if (version === null || price_nano === null || ledger_rate_nano === null) return nano(0n);
  return flatTokenPrice({
    version: BigInt(version),
    priceNanoEur: nano(BigInt(price_nano)),
    ledgerRateNano: BigInt(ledger_rate_nano),
  }).input;
}
