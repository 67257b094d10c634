import { HttpClient } from '@angular/common/http';
import {
  Component,
  computed,
  DestroyRef,
  effect,
  type ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { Clipboard } from '@angular/cdk/clipboard';
import { CdkTrapFocus } from '@angular/cdk/a11y';
import { Router } from '@angular/router';
import { LucidePause, LucidePlay, LucideX } from '@lucide/angular';
import { firstValueFrom } from 'rxjs';
import type { InflightRow } from '@weir/contracts';
import { Format } from '../../format/format';
import { Live } from '../../live/live';
import { RequestDrawer } from '../../request/request-drawer';
import { problemOf } from '../../session/problem';
import { Profile } from '../../session/profile';
import { Clock } from '../../ui/clock';
import { Code } from '../../ui/code';
import { Empty } from '../../ui/empty';
import { Failure } from '../../ui/failure';
import { Glyph } from '../../ui/glyph';
import { Overlays } from '../../ui/overlays';
import { Phone } from '../../ui/phone';
import { Segmented } from '../../ui/segmented';
import { Shortcuts } from '../../ui/shortcuts';
import { Skeleton } from '../../ui/skeleton';
import { Toasts } from '../../ui/toasts';
import { snippetsFor } from '../../snippets/snippets';
import { KpiStrip } from './kpi-strip';
import { TrafficChart, type Span } from './traffic-chart';
import { TrafficList } from './traffic-list';
import { TrafficStore } from './traffic-store';

/** A click and the navigation it causes are over by then. */
const RELEASE_MS = 300;

/** `/live`: every request as it happens. Operators see all accounts, everybody else their own. */
@Component({
  selector: 'w-live-traffic',
  imports: [
    CdkTrapFocus,
    Code,
    Empty,
    Failure,
    Glyph,
    KpiStrip,
    LucidePause,
    LucidePlay,
    LucideX,
    RequestDrawer,
    Segmented,
    Skeleton,
    TrafficChart,
    TrafficList,
  ],
  providers: [TrafficStore],
  templateUrl: './live-traffic.html',
  styleUrl: './live-traffic.css',
})
export class LiveTraffic {
  /** Filter, open row and span: from the address, so that a view can be shared. */
  readonly f = input<string>();
  readonly row = input<string>();
  readonly range = input<string>();

  protected readonly store = inject(TrafficStore);
  protected readonly format = inject(Format);
  protected readonly live = inject(Live);
  protected readonly phone = inject(Phone).is;
  protected readonly spans = [
    { value: '5m', label: '5m' },
    { value: '15m', label: '15m' },
    { value: '1h', label: '1h' },
  ];
  protected readonly span = computed<Span>(() => {
    const range = this.range();
    return range === '5m' || range === '1h' ? range : '15m';
  });
  private readonly scrolled = signal(false);
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);
  private readonly overlays = inject(Overlays);
  private readonly toasts = inject(Toasts);
  private readonly clipboard = inject(Clipboard);
  private readonly clock = inject(Clock);
  private readonly profile = inject(Profile);
  private readonly list = viewChild(TrafficList);
  private readonly filterBox = viewChild<ElementRef<HTMLInputElement>>('filterBox');

  protected readonly curl = computed(() =>
    snippetsFor(this.profile.gatewayUrl(), '$WEIR_KEY').filter((snippet) => snippet.id === 'curl'),
  );
  protected readonly runningRow = computed(() =>
    this.store.running().find((one) => one.generation_id === this.row()),
  );
  protected readonly pausedFor = computed(() => {
    const since = this.store.pausedSinceMs();
    return since === null ? '' : this.format.use.duration(Math.max(0, this.clock.nowMs() - since));
  });
  protected readonly frozen = computed(() => this.store.paused() || this.store.held());

  constructor() {
    effect(() => this.store.filter.set(this.f() ?? ''));
    effect(() => this.store.held.set(this.scrolled() || this.row() !== undefined));
    this.addShortcuts(inject(DestroyRef));
  }

  protected setSpan(value: string): void {
    this.navigate({ range: value === '15m' ? null : value });
  }

  protected setFilter(event: Event): void {
    if (event.target instanceof HTMLInputElement)
      this.navigate({ f: event.target.value.trim() || null });
  }

  protected dropTerm(text: string): void {
    const rest = this.store.terms().filter((term) => term.text !== text);
    this.navigate({ f: rest.map((term) => term.text).join(' ') || null });
  }

  protected clearFilter(): void {
    this.navigate({ f: null });
  }

  protected open(id: string): void {
    // At once: the address follows a moment later, and rows must not move in between.
    this.store.held.set(true);
    this.navigate({ row: id });
  }

  protected close(): void {
    const id = this.row();
    this.navigate({ row: null });
    if (id) setTimeout(() => this.list()?.focusRow(id));
  }

  /** While a finger or the mouse is down rows stay, so that a click lands on the row it was meant for. */
  protected onPress(): void {
    this.store.held.set(true);
  }

  protected onRelease(): void {
    setTimeout(() => {
      this.store.held.set(this.scrolled() || this.row() !== undefined);
    }, RELEASE_MS);
  }

  protected onScrolled(away: boolean): void {
    this.scrolled.set(away);
  }

  protected togglePause(): void {
    this.store.paused.update((paused) => !paused);
  }

  /** The pill: everything newer, from the top. */
  protected showNew(): void {
    this.store.paused.set(false);
    this.navigate({ row: null });
    this.list()?.toTop();
  }

  protected async askKill(row: InflightRow): Promise<void> {
    const confirmed = await this.overlays.confirm({
      title: 'Kill this request?',
      text: `${row.model} for ${row.key.label} has been running for ${this.format.use.timer(row.elapsed_ms)}. The client's stream ends at once; what was produced so far is billed.`,
      action: 'Kill request',
    });
    if (!confirmed) return;
    const url = `/api/operator/requests/${encodeURIComponent(row.generation_id)}/kill`;
    try {
      await firstValueFrom(this.http.post(url, {}));
      this.toasts.show('ok', 'The request is being stopped.');
    } catch (error) {
      this.toasts.show('bad', problemOf(error).message);
    }
  }

  private step(by: 1 | -1): void {
    const items = this.store.items();
    if (items.length === 0) return;
    const current = items.findIndex((item) => item.id === this.row());
    const index = current === -1 ? 0 : Math.min(items.length - 1, Math.max(0, current + by));
    const next = items[index];
    if (!next) return;
    this.list()?.reveal(index);
    this.open(next.id);
  }

  private escape(): void {
    if (this.row()) this.close();
    else if (this.f()) this.clearFilter();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }

  private navigate(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  private addShortcuts(owner: DestroyRef): void {
    inject(Shortcuts).add(
      [
        { keys: 'Space', label: 'Pause or resume', run: () => this.togglePause() },
        { keys: '/', label: 'Filter', run: () => this.filterBox()?.nativeElement.focus() },
        { keys: 'j', label: 'Next row', run: () => this.step(1) },
        { keys: 'k', label: 'Previous row', run: () => this.step(-1) },
        {
          keys: 'c',
          label: 'Copy id of the open row',
          run: () => {
            const id = this.row();
            if (id && this.clipboard.copy(id)) this.toasts.show('ok', 'Id copied');
          },
        },
        { keys: 'Escape', label: 'Close the drawer, then clear filters', run: () => this.escape() },
      ],
      owner,
    );
  }
}
