import { Inject, Injectable } from '@nestjs/common';
import type { Me, UpdateMeBody } from '@weir/contracts';
import type { Identity } from '../http/access.js';
import { invalidField, notFound } from '../http/api-error.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { isTimeZone } from '../usage/time-zone.js';
import { toMe } from './me.mapper.js';
import { MeRepository } from './me.repository.js';

/** The caller's own profile. */
@Injectable()
export class MeService {
  constructor(
    private readonly repository: MeRepository,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  async get(caller: Identity): Promise<Me> {
    const row = await this.repository.find(caller.accountId, caller.userId);
    if (!row) throw notFound('user');
    return toMe(row, this.settings.currency, this.settings.gatewayUrl);
  }

  async update(caller: Identity, body: UpdateMeBody): Promise<Me> {
    if (typeof body.time_zone === 'string' && !isTimeZone(body.time_zone))
      throw invalidField('time_zone', 'Name an IANA zone such as Europe/Berlin.');
    await this.repository.update(caller.accountId, caller.userId, body);
    return this.get(caller);
  }
}
