import { HttpClient, httpResource } from '@angular/common/http';
import { computed, DestroyRef, effect, inject, Service, signal, untracked } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { CreatedKey, CreateKeyBody, KeyView, Page, UpdateKeyBody } from '@weir/contracts';
import { Live } from '../live/live';
import { Session } from '../session/session';

/** The account's keys: one list for the keys page and the wizard, kept by the socket. */
@Service()
export class KeyList {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly live = inject(Live);
  private readonly changed = signal<ReadonlyMap<string, KeyView>>(new Map());
  private readonly resource = httpResource<Page<KeyView>>(() =>
    this.session.usable() ? '/api/keys?limit=500' : undefined,
  );

  readonly error = this.resource.error;
  readonly ready = computed(() => this.resource.hasValue());
  readonly keys = computed<readonly KeyView[]>(() => {
    const listed = this.resource.hasValue() ? this.resource.value().items : [];
    const changed = this.changed();
    const known = new Set(listed.map((key) => key.id));
    const added = [...changed.values()].filter((key) => !known.has(key.id));
    return [...added, ...listed.map((key) => changed.get(key.id) ?? key)].sort((a, b) =>
      a.created_at < b.created_at ? 1 : -1,
    );
  });
  /** Keys that answer requests now. */
  readonly active = computed(() => this.keys().filter((key) => key.status === 'active'));

  constructor() {
    const owner = inject(DestroyRef);
    this.live.on('key.changed', ({ data }) => this.put(data), owner);
    effect(() => {
      const refresh = this.live.refresh();
      if (refresh > 0) untracked(() => this.reload());
    });
    effect(() => {
      if (this.session.status() === 'anonymous') untracked(() => this.changed.set(new Map()));
    });
  }

  /** Reads all keys and their statistics again. */
  reload(): void {
    if (this.resource.reload()) this.changed.set(new Map());
  }

  /** Makes a key; the answer holds the secret, once. */
  async create(body: CreateKeyBody): Promise<CreatedKey> {
    const created = await firstValueFrom(this.http.post<CreatedKey>('/api/keys', body));
    const { secret: _secret, ...view } = created;
    this.put(view);
    return created;
  }

  async update(id: string, body: UpdateKeyBody): Promise<void> {
    this.put(await firstValueFrom(this.http.patch<KeyView>(`/api/keys/${id}`, body)));
  }

  async revoke(id: string): Promise<void> {
    this.put(await firstValueFrom(this.http.post<KeyView>(`/api/keys/${id}/revoke`, {})));
  }

  private put(key: KeyView): void {
    this.changed.update((known) => new Map(known).set(key.id, key));
  }
}
