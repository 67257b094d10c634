import { Injectable } from '@nestjs/common';
import type { RoutingOverride, RoutingView } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { audit } from '../http/actor.js';
import { notFound } from '../http/api-error.js';
import { toRoutingView } from './routing.mapper.js';
import { RoutingRepository } from './routing.repository.js';

/** The account's own routing. Gateways learn of a change by the database's trigger and act within a second. */
@Injectable()
export class RoutingService {
  constructor(private readonly repository: RoutingRepository) {}

  async get(caller: Identity): Promise<RoutingView> {
    const row = await this.repository.find(caller.accountId);
    if (!row) throw notFound('account');
    return toRoutingView(row.routing);
  }

  async replace(caller: Identity, body: RoutingOverride, ip: string): Promise<RoutingView> {
    const after = toRoutingView(body);
    await this.repository.transaction(async (on) => {
      const row = await this.repository.find(caller.accountId, on);
      if (!row) throw notFound('account');
      await this.repository.replace(on, caller.accountId, after);
      await audit(on, { caller, ip }, 'routing.update', {
        target: `account:${caller.accountId}`,
        before: toRoutingView(row.routing),
        after,
      });
    });
    return after;
  }
}
