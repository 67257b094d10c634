import { Inject, Injectable } from '@nestjs/common';
import type { BalanceView } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { notFound } from '../http/api-error.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { toBalanceView } from './balance.mapper.js';
import { BalanceRepository } from './balance.repository.js';

@Injectable()
export class BalanceService {
  constructor(
    private readonly repository: BalanceRepository,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  async get(caller: Identity): Promise<BalanceView> {
    const row = await this.repository.find(caller.accountId);
    if (!row) throw notFound('account');
    return toBalanceView(
      row.stored,
      BigInt(row.held_nano),
      this.settings.currency,
      Number(row.seq),
    );
  }
}
