import { Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LiveAnnouncer } from '@angular/cdk/a11y';
import { LucideCheck, LucideX } from '@lucide/angular';
import type { RequestRow } from '@weir/contracts';
import { Format } from '../../format/format';
import { KeyList } from '../../keys/key-list';
import { Live } from '../../live/live';
import { problemOf } from '../../session/problem';
import { Profile } from '../../session/profile';
import { FirstModel } from '../../snippets/first-model';
import { snippetsFor } from '../../snippets/snippets';
import { Code } from '../../ui/code';
import { Copy } from '../../ui/copy';
import { remember } from '../../ui/storage';

/** From nothing to the first request in three steps; the third flips by itself when the request arrives. */
@Component({
  selector: 'w-wizard',
  imports: [Code, Copy, LucideCheck, LucideX, RouterLink],
  templateUrl: './wizard.html',
  styleUrl: './wizard.css',
})
export class Wizard {
  protected readonly format = inject(Format);
  protected readonly keys = inject(KeyList);
  private readonly profile = inject(Profile);
  private readonly model = inject(FirstModel);
  protected readonly dismissed = signal(false);
  protected readonly secret = signal<string | null>(null);
  protected readonly busy = signal(false);
  protected readonly failure = signal<string | null>(null);
  protected readonly seen = signal<RequestRow | null>(null);

  protected readonly hasKey = computed(
    () => this.secret() !== null || this.keys.active().length > 0,
  );
  protected readonly snippets = computed(() =>
    snippetsFor(this.profile.gatewayUrl(), this.secret() ?? '$WEIR_KEY', this.model.id()),
  );

  constructor() {
    const announcer = inject(LiveAnnouncer);
    inject(Live).on(
      'request.completed',
      ({ data }) => {
        const [first] = data.rows;
        if (!first || this.seen()) return;
        this.seen.set(first);
        void announcer.announce('First request seen');
      },
      inject(DestroyRef),
    );
  }

  protected async create(label: string): Promise<void> {
    this.busy.set(true);
    this.failure.set(null);
    try {
      const created = await this.keys.create({ label: label.trim() || 'My first key' });
      this.secret.set(created.secret);
    } catch (error) {
      this.failure.set(problemOf(error).message);
    } finally {
      this.busy.set(false);
    }
  }

  protected dismiss(): void {
    remember('wizard', 'dismissed');
    this.dismissed.set(true);
  }
}
