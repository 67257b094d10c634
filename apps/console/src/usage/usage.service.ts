import { Injectable } from '@nestjs/common';
import type {
  UsageByKey,
  UsageByModel,
  UsageDaily,
  UsageQuery,
  UsageSummary,
} from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { invalidField } from '../http/api-error.js';
import { CONSOLE_LIMITS } from '../limits.js';
import { rangeOf, type InstantRange } from '../requests/request-filters.js';
import { isTimeZone } from './time-zone.js';
import { toMeasures } from './usage.mapper.js';
import { UsageRepository } from './usage.repository.js';

/** Days shown when a caller names no range. */
const DEFAULT_DAYS = 30;

/** The same sums under the same filters for every view, so that they always agree. */
@Injectable()
export class UsageService {
  constructor(private readonly repository: UsageRepository) {}

  async summary(caller: Identity, query: UsageQuery): Promise<UsageSummary> {
    const range = this.range(query);
    const row = await this.repository.summary(caller.accountId, range, query);
    return { ...range, updated_at: new Date().toISOString(), ...toMeasures(row) };
  }

  async daily(caller: Identity, query: UsageQuery & { tz: string }): Promise<UsageDaily> {
    if (!isTimeZone(query.tz)) throw invalidField('tz', 'Name an IANA zone such as Europe/Berlin.');
    const rows = await this.repository.daily(caller.accountId, this.range(query), query, query.tz);
    return {
      tz: query.tz,
      updated_at: new Date().toISOString(),
      days: rows.map((row) => ({ date: row.date, ...toMeasures(row) })),
    };
  }

  async models(caller: Identity, query: UsageQuery): Promise<UsageByModel> {
    const rows = await this.repository.byModel(caller.accountId, this.range(query), query);
    return {
      updated_at: new Date().toISOString(),
      models: rows.map((row) => ({ model: row.model, ...toMeasures(row) })),
    };
  }

  async keys(caller: Identity, query: UsageQuery): Promise<UsageByKey> {
    const rows = await this.repository.byKey(caller.accountId, this.range(query), query);
    return {
      updated_at: new Date().toISOString(),
      keys: rows.map((row) => ({
        key: { id: row.key, label: row.label ?? '', prefix: row.prefix ?? '' },
        ...toMeasures(row),
      })),
    };
  }

  private range(query: UsageQuery): InstantRange {
    return rangeOf(query, CONSOLE_LIMITS.rollupDaysMax, DEFAULT_DAYS);
  }
}
