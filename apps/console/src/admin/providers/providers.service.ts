import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { createProviderBody, Page, ProviderView, updateProviderBody } from '@weir/contracts';
import type { ProviderEntity } from '@weir/data';
import { CredentialBox } from '@weir/platform';
import { invalidField, notFound } from '../../http/api-error.js';
import { decodeCursor, pageOf } from '../../http/cursor.js';
import { defined } from '../../http/defined.js';
import { SETTINGS, type ConsoleSettings } from '../../settings.js';
import { audit, type Actor } from '../../http/actor.js';
import { factorField } from '../factor-field.js';
import { toProviderView } from './providers.mapper.js';
import { AdminProvidersRepository } from './providers.repository.js';

const cursor = z.tuple([z.string().max(100)]);
type CreateBody = z.infer<typeof createProviderBody>;
type UpdateBody = z.infer<typeof updateProviderBody>;

/** Upstreams and their credentials, which go in and never come out. */
@Injectable()
export class AdminProvidersService {
  private readonly box: CredentialBox;

  constructor(
    private readonly repository: AdminProvidersRepository,
    @Inject(SETTINGS) settings: ConsoleSettings,
  ) {
    this.box = new CredentialBox(settings.secretsKeys);
  }

  async list(query: { cursor?: string | undefined; limit: number }): Promise<Page<ProviderView>> {
    const rows = await this.repository.page(
      decodeCursor(query.cursor, cursor)?.[0] ?? null,
      query.limit,
    );
    return pageOf(rows, query.limit, (row) => [row.slug], toProviderView);
  }

  async get(id: string): Promise<ProviderView> {
    const row = await this.repository.find(id);
    if (!row) throw notFound('provider');
    return toProviderView(row);
  }

  async create(actor: Actor, body: CreateBody): Promise<ProviderView> {
    const id = randomUUID();
    await this.repository.transaction(async (on) => {
      await this.repository.insert(on, { id, ...this.columns(id, body) });
      await audit(on, actor, 'provider.create', {
        target: `provider:${id}`,
        after: withoutSecret(body),
      });
    });
    return this.get(id);
  }

  async update(actor: Actor, id: string, body: UpdateBody): Promise<ProviderView> {
    await this.repository.transaction(async (on) => {
      const before = await this.repository.find(id, on);
      if (!before) throw notFound('provider');
      await this.repository.update(on, id, this.columns(id, body));
      await audit(on, actor, 'provider.update', {
        target: `provider:${id}`,
        before,
        after: withoutSecret(body),
      });
    });
    return this.get(id);
  }

  async remove(actor: Actor, id: string): Promise<void> {
    await this.repository.transaction(async (on) => {
      if (!(await this.repository.remove(on, id))) throw notFound('provider');
      await audit(on, actor, 'provider.delete', { target: `provider:${id}` });
    });
  }

  private columns(id: string, body: UpdateBody): Partial<ProviderEntity> {
    const { credential, cost_factor, ...rest } = body;
    if (body.base_url !== undefined) assertHttp(body.base_url);
    return {
      ...defined(rest),
      ...(cost_factor === undefined
        ? {}
        : { cost_factor: factorField('cost_factor', cost_factor) }),
      ...(credential === undefined
        ? {}
        : { credential: this.box.seal(credential, id), credential_hint: credential.slice(-4) }),
    };
  }
}

/** The gateway decides at each connection which addresses may be reached; here only the form is looked at. */
function assertHttp(text: string): void {
  const url = URL.parse(text);
  const good =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.hash === '';
  if (!good) throw invalidField('base_url', 'Write an http or https address without a user name.');
}

const withoutSecret = ({ credential, ...rest }: UpdateBody): object => ({
  ...rest,
  ...(credential === undefined ? {} : { credential: 'replaced' }),
});
