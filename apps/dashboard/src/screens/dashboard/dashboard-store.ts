import { httpResource } from '@angular/common/http';
import { computed, DestroyRef, effect, inject, Service, signal, untracked } from '@angular/core';
import type { Page, RequestRow, UsageByModel, UsageDaily } from '@weir/contracts';
import { ModelColours } from '../../charts/model-colours';
import { startOfDay } from '../../format/start-of-day';
import { Live } from '../../live/live';
import { Profile } from '../../session/profile';
import { Session } from '../../session/session';
import { Clock } from '../../ui/clock';

const RECENT_ROWS = 50;
/** Figures are read again at most so often while requests arrive: they are exact sums of the server. */
const REREAD_MS = 3_000;

/** What the overview shows besides the wallet: usage of today and of 30 days, and the newest requests. */
@Service({ autoProvided: false })
export class DashboardStore {
  private readonly session = inject(Session);
  private readonly live = inject(Live);
  private readonly clock = inject(Clock);
  private readonly modelColours = inject(ModelColours);
  private readonly arrived = signal<readonly RequestRow[]>([]);
  private readonly freshIds = new Set<string>();
  private rereadTimer: ReturnType<typeof setTimeout> | undefined;

  /** Set by the address: every widget but the balance shows this model only. */
  readonly model = signal<string | undefined>(undefined);

  private readonly profile = inject(Profile);
  private readonly zone =
    this.profile.me()?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  /** Midnight of the reader's day; the text changes once a day. */
  private readonly todayIso = computed(() => startOfDay(this.clock.nowMs(), this.zone, 0));
  private readonly monthIso = computed(() => startOfDay(this.clock.nowMs(), this.zone, 29));

  readonly today = httpResource<UsageByModel>(() =>
    this.usage('/api/usage/models', this.todayIso(), false),
  );
  readonly models = httpResource<UsageByModel>(() =>
    this.usage('/api/usage/models', this.monthIso(), false),
  );
  readonly daily = httpResource<UsageDaily>(() => {
    const request = this.usage('/api/usage/daily', this.monthIso(), true);
    return request && { ...request, params: { ...request.params, tz: this.zone } };
  });
  private readonly recent = httpResource<Page<RequestRow>>(() => {
    if (!this.session.usable()) return undefined;
    const model = this.model();
    return { url: '/api/requests', params: { limit: RECENT_ROWS, ...(model ? { model } : {}) } };
  });

  readonly recentError = computed(() => this.recent.error());
  readonly recentReady = computed(() => this.recent.hasValue());
  /** The newest requests: what REST told and what has arrived since, each once. */
  readonly rows = computed<readonly RequestRow[]>(() => {
    const told = this.recent.hasValue() ? this.recent.value().items : [];
    const model = this.model();
    const known = new Set(told.map((row) => row.generation_id));
    const newer = this.arrived().filter(
      (row) => !known.has(row.generation_id) && (!model || row.model === model),
    );
    return [...newer, ...told]
      .sort((a, b) => (a.accepted_at < b.accepted_at ? 1 : -1))
      .slice(0, RECENT_ROWS);
  });

  constructor() {
    const owner = inject(DestroyRef);
    this.live.on('request.completed', ({ data }) => this.arrive(data.rows), owner);
    let first = true;
    effect(() => {
      this.live.refresh();
      if (!first) untracked(() => this.reread());
      first = false;
    });
    effect(() => {
      const models = this.models.hasValue() ? this.models.value().models : [];
      untracked(() => this.modelColours.learn(models.map((one) => one.model)));
    });
    owner.onDestroy(() => clearTimeout(this.rereadTimer));
  }

  /** Whether the row came by socket while the page was open: it fades in. */
  isFresh(row: RequestRow): boolean {
    return this.freshIds.has(row.generation_id);
  }

  retryRecent(): void {
    this.recent.reload();
  }

  private arrive(rows: readonly RequestRow[]): void {
    for (const row of rows) this.freshIds.add(row.generation_id);
    this.arrived.update((known) =>
      [...rows]
        .reverse()
        .concat(known)
        .slice(0, RECENT_ROWS * 2),
    );
    if (this.freshIds.size > 2_000) this.freshIds.clear();
    this.rereadTimer ??= setTimeout(() => {
      this.rereadTimer = undefined;
      this.reread();
    }, REREAD_MS);
  }

  private reread(): void {
    this.profile.resource.reload();
    this.today.reload();
    this.models.reload();
    this.daily.reload();
    this.recent.reload();
  }

  private usage(
    url: string,
    from: string,
    filtered: boolean,
  ): { url: string; params: Record<string, string> } | undefined {
    if (!this.session.usable()) return undefined;
    const model = this.model();
    return { url, params: { from, ...(filtered && model ? { model } : {}) } };
  }
}
