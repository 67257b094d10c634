import { HttpClient } from '@angular/common/http';
import { computed, DestroyRef, effect, inject, Service, signal, untracked } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { InflightRow, Page, RequestRow, StatsTick } from '@weir/contracts';
import { matcher, parseFilter } from '../../live/filter';
import { Live } from '../../live/live';
import { RingBuffer } from '../../live/ring-buffer';
import { TrafficSeconds } from '../../live/traffic-seconds';
import { Session } from '../../session/session';
import { LatencyWindow, SpendWindow } from './windows';

/** One line of the list: a running request or a finished one. */
export type TrafficItem =
  | { readonly kind: 'running'; readonly id: string; readonly row: InflightRow }
  | { readonly kind: 'done'; readonly id: string; readonly row: RequestRow };

const BUFFER_ROWS = 5_000;
const FLUSH_MS = 125;
const BACKFILL_ROWS = 300;
/** A running row that was not confirmed for so long is gone. */
const INFLIGHT_FRESH_MS = 10_000;

/**
 * What `/live` shows. Rows are collected as they come and shown eight times a second; a hold (a row is
 * selected, the list is scrolled) or a pause freezes what is shown while counting goes on.
 */
@Service({ autoProvided: false })
export class TrafficStore {
  private readonly http = inject(HttpClient);
  private readonly live = inject(Live);
  private readonly session = inject(Session);
  private readonly buffer = new RingBuffer<RequestRow>(BUFFER_ROWS, (row) => row.generation_id);
  readonly seconds = new TrafficSeconds();
  readonly latencies = new LatencyWindow();
  readonly spending = new SpendWindow();
  private arrived: RequestRow[] = [];
  private inflightAtMs = 0;
  private offsetMs = 0;

  readonly filter = signal('');
  readonly paused = signal(false);
  readonly held = signal(false);
  readonly terms = computed(() => parseFilter(this.filter()));
  private readonly shownRows = signal<readonly RequestRow[]>([]);
  private readonly shownRunning = signal<readonly InflightRow[]>([]);
  private readonly runningNow = signal<readonly InflightRow[]>([]);
  private readonly waiting = signal(0);
  private readonly leftOutRows = signal(0);
  private readonly ticked = signal<StatsTick | null>(null);
  private readonly beat = signal(0);
  private readonly failed = signal<unknown>(null);
  private readonly loaded = signal(false);
  private readonly pausedAt = signal<number | null>(null);

  readonly operator = this.session.isOperator;
  readonly running = this.runningNow.asReadonly();
  /** Rows that came while the list was frozen. */
  readonly newRows = this.waiting.asReadonly();
  readonly leftOut = this.leftOutRows.asReadonly();
  readonly tick = this.ticked.asReadonly();
  /** Once a second while not paused: figures and chart follow it. */
  readonly second = this.beat.asReadonly();
  readonly error = this.failed.asReadonly();
  readonly ready = this.loaded.asReadonly();
  readonly pausedSinceMs = this.pausedAt.asReadonly();
  readonly buffered = computed(() => {
    this.shownRows();
    this.second();
    return this.buffer.size;
  });
  readonly items = computed<readonly TrafficItem[]>(() => {
    const terms = this.terms();
    const matches = matcher(terms);
    const rows = terms.length === 0 ? this.shownRows() : this.shownRows().filter(matches);
    const running = terms.length === 0 ? this.shownRunning() : [];
    return [
      ...running.map((row): TrafficItem => ({ kind: 'running', id: row.generation_id, row })),
      ...rows.map((row): TrafficItem => ({ kind: 'done', id: row.generation_id, row })),
    ];
  });

  constructor() {
    const owner = inject(DestroyRef);
    this.hear(owner);
    const flush = setInterval(() => this.flush(), FLUSH_MS);
    const pulse = setInterval(() => this.pulse(), 1000);
    owner.onDestroy(() => {
      clearInterval(flush);
      clearInterval(pulse);
    });
    effect(() => {
      this.live.refresh();
      if (this.session.usable()) untracked(() => void this.backfill());
    });
    effect(() => {
      const frozen = this.held() || this.paused();
      if (!frozen) untracked(() => this.show());
    });
    effect(() => {
      const paused = this.paused();
      untracked(() => this.pausedAt.set(paused ? Date.now() : null));
    });
  }

  /** The server's clock, by what its events said. Milliseconds of the Unix epoch. */
  serverNowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /** Milliseconds since the running rows were last told. */
  sinceInflightMs(): number {
    return performance.now() - this.inflightAtMs;
  }

  /** Whether the request is still running. */
  isRunning(id: string): boolean {
    return this.runningNow().some((row) => row.generation_id === id);
  }

  /** Reads the newest requests again. */
  retry(): void {
    void this.backfill();
  }

  private hear(owner: DestroyRef): void {
    this.live.on(
      'request.completed',
      ({ data, at }) => {
        this.offsetMs = Date.parse(at) - Date.now();
        // Operators too: the feed may lose a frame, an account's own events never do.
        this.arrive(data.rows);
      },
      owner,
    );
    this.live.on(
      'feed.rows',
      ({ rows, left_out }) => {
        if (!this.operator()) return;
        this.arrive(rows);
        this.leftOutRows.set(left_out);
      },
      owner,
    );
    this.live.on(
      'inflight.updated',
      ({ rows }) => {
        this.inflightAtMs = performance.now();
        this.runningNow.set([...rows].sort((a, b) => (a.accepted_at < b.accepted_at ? -1 : 1)));
      },
      owner,
    );
    this.live.on('stats.tick', (tick) => this.takeTick(tick), owner);
  }

  private takeTick(tick: StatsTick): void {
    const at = Date.parse(tick.at);
    this.offsetMs = at - Date.now();
    // The tick tells of the second that ended: its middle names it, however late it was sent.
    this.seconds.set(at - 500, {
      ok: tick.ok,
      clientErrors: tick.client_errors,
      serverErrors: tick.server_errors,
      tokens: tick.tokens,
    });
    if (tick.ttft_p95_ms !== null) this.latencies.setP95(at, tick.ttft_p95_ms);
    this.spending.setPerMinute(at, tick.spend_per_minute);
    if (!this.paused()) this.ticked.set(tick);
  }

  private arrive(rows: readonly RequestRow[]): void {
    this.arrived.push(...rows);
    const finished = new Set(rows.map((row) => row.generation_id));
    if (this.runningNow().some((row) => finished.has(row.generation_id))) {
      this.runningNow.update((running) =>
        running.filter((row) => !finished.has(row.generation_id)),
      );
    }
  }

  private flush(): void {
    if (this.arrived.length > 0) {
      const fresh = this.buffer.push(this.arrived);
      this.arrived = [];
      this.measure(fresh);
      if (this.held() || this.paused()) this.waiting.update((count) => count + fresh.length);
    }
    if (!this.held() && !this.paused()) this.show();
  }

  private measure(rows: readonly RequestRow[]): void {
    if (this.operator()) return;
    for (const row of rows) {
      const at = Date.parse(row.completed_at ?? row.accepted_at);
      this.seconds.count(at, row.http_status, row.total_tokens ?? 0);
      this.spending.add(at, row.cost);
      if (row.latency_ms !== null && row.http_status < 400) this.latencies.add(at, row.latency_ms);
    }
  }

  private show(): void {
    this.shownRows.set(this.buffer.newestFirst());
    this.shownRunning.set(this.runningNow());
    if (this.waiting() !== 0) this.waiting.set(0);
  }

  private pulse(): void {
    if (this.runningNow().length > 0 && this.sinceInflightMs() > INFLIGHT_FRESH_MS)
      this.runningNow.set([]);
    if (!this.paused()) this.beat.update((count) => count + 1);
  }

  /** The newest rows from REST: at the start, after a gap, and every 30 seconds as a safety net. */
  private async backfill(): Promise<void> {
    try {
      const scope = this.operator() ? 'all' : 'own';
      const page = await firstValueFrom(
        this.http.get<Page<RequestRow>>('/api/requests', {
          params: { limit: BACKFILL_ROWS, scope },
        }),
      );
      this.takePage(page);
      this.failed.set(null);
      this.loaded.set(true);
    } catch (error) {
      this.failed.set(error);
    }
  }

  private takePage(page: Page<RequestRow>): void {
    const fresh = this.buffer.push([...page.items].reverse());
    this.buffer.sortBy((row) => row.completed_at ?? row.accepted_at);
    if (!this.loaded() && this.operator()) this.seedChart(fresh);
    this.measure(fresh);
    const oldest = page.items.at(-1);
    const complete = page.next_cursor === null || !oldest;
    this.seconds.startAt(
      complete ? Date.now() - 3_600_000 : Date.parse(oldest.completed_at ?? oldest.accepted_at),
    );
    if (!this.held() && !this.paused()) this.show();
  }

  /** Operators' ticks start now: the minutes before are counted from the rows that were read. */
  private seedChart(rows: readonly RequestRow[]): void {
    for (const row of rows) {
      this.seconds.count(
        Date.parse(row.completed_at ?? row.accepted_at),
        row.http_status,
        row.total_tokens ?? 0,
      );
    }
  }
}
