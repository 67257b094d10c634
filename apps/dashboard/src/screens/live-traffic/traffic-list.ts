import {
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import {
  CdkFixedSizeVirtualScroll,
  CdkVirtualForOf,
  CdkVirtualScrollViewport,
} from '@angular/cdk/scrolling';
import type { InflightRow } from '@weir/contracts';
import { Format } from '../../format/format';
import { Glyph, type Tone } from '../../ui/glyph';
import { Status } from '../../ui/status';
import { Phone } from '../../ui/phone';
import { TrafficStore, type TrafficItem } from './traffic-store';

const ROW_PX = 32;
const TWO_LINE_PX = 56;
const CALM_MS = 30_000;
const LONG_MS = 120_000;

/** The list: running requests first, then what finished, newest first. Only visible rows exist. */
@Component({
  selector: 'w-traffic-list',
  imports: [CdkFixedSizeVirtualScroll, CdkVirtualForOf, CdkVirtualScrollViewport, Glyph, Status],
  templateUrl: './traffic-list.html',
  styleUrl: './traffic-list.css',
})
export class TrafficList {
  readonly selected = input<string | undefined>();
  readonly choose = output<string>();
  readonly kill = output<InflightRow>();
  readonly scrolledAway = output<boolean>();

  protected readonly store = inject(TrafficStore);
  protected readonly format = inject(Format);
  protected readonly phone = inject(Phone).is;
  protected readonly rowPx = computed(() => (this.phone() ? TWO_LINE_PX : ROW_PX));
  protected readonly nowMs = signal(performance.now());
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  constructor() {
    effect((stop) => {
      if (this.store.running().length === 0) return;
      const timer = setInterval(() => this.nowMs.set(performance.now()), 200);
      stop(() => clearInterval(timer));
    });
    effect((stop) => {
      const viewport = this.viewport();
      if (!viewport) return;
      const scroll = viewport
        .elementScrolled()
        .subscribe(() => this.scrolledAway.emit(viewport.measureScrollOffset('top') > 8));
      stop(() => scroll.unsubscribe());
    });
  }

  /** A mouse chooses when it goes down: until it comes up, the row may have moved on under it. */
  protected press(event: PointerEvent, id: string): void {
    if (event.pointerType !== 'mouse' || event.button !== 0) return;
    if (event.target instanceof Element && event.target.closest('button')) return;
    this.choose.emit(id);
  }

  /** Fingers and assistive technology choose by a click; a mouse has chosen already. */
  protected tap(event: MouseEvent, id: string): void {
    if (event instanceof PointerEvent && event.pointerType === 'mouse') return;
    this.choose.emit(id);
  }

  /** Back to the newest row. */
  toTop(): void {
    this.viewport()?.scrollToOffset(0);
    this.scrolledAway.emit(false);
  }

  /** Brings a row into view. */
  reveal(index: number): void {
    const viewport = this.viewport();
    if (!viewport) return;
    const { start, end } = viewport.getRenderedRange();
    const top = viewport.measureScrollOffset('top');
    const at = index * this.rowPx();
    const seen = at >= top && at + this.rowPx() <= top + viewport.getViewportSize();
    if (!seen || index < start || index > end) viewport.scrollToIndex(Math.max(0, index - 3));
  }

  /** Where focus returns when the drawer closes. */
  focusRow(id: string): void {
    this.host.nativeElement.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
  }

  protected idOf(_index: number, item: TrafficItem): string {
    return item.id;
  }

  /** Elapsed time that ticks between two updates. Milliseconds. */
  protected elapsed(row: InflightRow): number {
    this.nowMs();
    return row.elapsed_ms + Math.min(this.store.sinceInflightMs(), 2_000);
  }

  protected age(row: InflightRow): Tone {
    const elapsed = this.elapsed(row);
    if (elapsed > LONG_MS) return 'bad';
    return elapsed > CALM_MS ? 'warn' : 'ok';
  }
}
