import { httpResource } from '@angular/common/http';
import {
  afterRenderEffect,
  Component,
  computed,
  type ElementRef,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { LucideX } from '@lucide/angular';
import type { InflightRow, RequestDetail } from '@weir/contracts';
import { Format } from '../format/format';
import { Copy } from '../ui/copy';
import { Failure } from '../ui/failure';
import { Glyph } from '../ui/glyph';
import { Skeleton } from '../ui/skeleton';
import { Status } from '../ui/status';

const CLASS_NAMES: Readonly<Record<string, string>> = {
  input: 'Input',
  cache_read: 'Cache read',
  cache_write_5m: 'Cache write 5 m',
  cache_write_1h: 'Cache write 1 h',
  output: 'Output',
};

/** One request in short: outcome, tokens with their prices, timing, and how it was routed. */
@Component({
  selector: 'w-request-drawer',
  imports: [Copy, Failure, Glyph, LucideX, Skeleton, Status],
  templateUrl: './request-drawer.html',
  styleUrl: './request-drawer.css',
})
export class RequestDrawer {
  readonly generationId = input.required<string>();
  /** Set while the request still runs. */
  readonly running = input<InflightRow | undefined>();
  readonly mayKill = input(false);
  readonly dismiss = output();
  readonly kill = output<InflightRow>();

  protected readonly format = inject(Format);
  private readonly heading = viewChild<ElementRef<HTMLElement>>('heading');
  protected readonly resource = httpResource<RequestDetail>(() =>
    this.running() ? undefined : `/api/requests/${encodeURIComponent(this.generationId())}`,
  );
  protected readonly detail = computed(() =>
    this.resource.hasValue() ? this.resource.value() : null,
  );
  protected readonly gone = computed(() => this.resource.statusCode() === 404);
  protected readonly lines = computed(() =>
    (this.detail()?.lines ?? [])
      .filter((line) => line.tokens > 0)
      .map((line) => ({ ...line, name: CLASS_NAMES[line.class] ?? line.class })),
  );

  constructor() {
    let shown = '';
    afterRenderEffect(() => {
      const element = this.heading()?.nativeElement;
      const id = this.generationId();
      if (element && shown === '') element.focus({ preventScroll: true });
      shown = id;
    });
  }

  /** Share of the whole time until the first byte, percent. */
  protected firstByteShare(detail: RequestDetail): number {
    if (!detail.duration_ms || detail.latency_ms === null) return 0;
    return Math.min(100, (detail.latency_ms / detail.duration_ms) * 100);
  }
}
