import { Component, computed, inject } from '@angular/core';
import { Format } from '../../format/format';
import { toPixels } from '../../format/pixels';
import { TrafficStore } from './traffic-store';

/** One figure: value, unit, and the sentence below it. */
interface Kpi {
  readonly label: string;
  readonly value: string;
  readonly unit: string;
  readonly note: string;
  readonly tone: 'ok' | 'bad' | 'warn' | 'none';
  readonly arrow: 'up' | 'down' | null;
  readonly phone: boolean;
}

const MINUTE_S = 60;
const ERROR_TARGET = 0.05;

/** The last minute in six figures, each against the minute before. */
@Component({
  selector: 'w-kpi-strip',
  template: `
    <dl class="card strip">
      @for (kpi of kpis(); track kpi.label) {
        <div [class.desktop]="!kpi.phone">
          <dt>{{ kpi.label }}</dt>
          <dd class="kpi">
            {{ kpi.value }}<small>{{ kpi.unit }}</small>
          </dd>
          <dd class="note" [class]="kpi.tone">
            @if (kpi.arrow) {
              <svg
                viewBox="0 0 10 10"
                width="9"
                height="9"
                aria-hidden="true"
                [class.down]="kpi.arrow === 'down'"
              >
                <path d="M5 1 9.500 9H.5z" fill="currentColor" />
              </svg>
            }
            {{ kpi.note }}
          </dd>
        </div>
      }
    </dl>
  `,
  styles: `
    .strip {
      display: grid;
      grid-template-columns: repeat(6, minmax(0, 1fr));
      margin: 0;
      overflow: hidden;
    }
    .strip > div {
      min-width: 0;
      padding: 10px 14px;
      border-left: 1px solid var(--line);
    }
    .strip > div:first-child {
      border-left: 0;
    }
    dt {
      color: var(--text2);
      font-size: 0.75rem;
      line-height: 1.125rem;
    }
    .kpi {
      overflow: hidden;
      white-space: nowrap;
    }
    .note {
      display: flex;
      align-items: center;
      gap: 4px;
      min-height: 1.125rem;
      overflow: hidden;
      color: var(--text2);
      font-size: 0.75rem;
      line-height: 1.125rem;
      white-space: nowrap;
    }
    .note.ok {
      color: var(--ok);
    }
    .note.bad {
      color: var(--bad);
    }
    .note.warn {
      color: var(--warn);
    }
    .note svg {
      flex: none;
    }
    .down {
      transform: rotate(180deg);
    }
    @media (max-width: 899.98px) {
      .strip {
        grid-template-columns: 1fr 1fr;
      }
      .strip > .desktop {
        display: none;
      }
      .strip > div:nth-child(odd) {
        border-left: 0;
      }
      .strip > div:nth-child(n + 3) {
        border-top: 1px solid var(--line);
      }
    }
  `,
})
export class KpiStrip {
  private readonly store = inject(TrafficStore);
  private readonly format = inject(Format);

  protected readonly kpis = computed<readonly Kpi[]>(() => {
    this.store.second();
    this.store.ready();
    const now = this.store.serverNowMs();
    const last = this.store.seconds.total(now, MINUTE_S);
    const before = this.store.seconds.total(now - MINUTE_S * 1000, MINUTE_S);
    const comparable = before.seconds >= MINUTE_S - 1;
    return [
      this.rate('Requests', last.requests, comparable ? before.requests : null, true),
      this.rate('Tokens', last.tokens, comparable ? before.tokens : null, true),
      this.latency(now),
      this.errors(last.requests, last.clientErrors, last.serverErrors),
      this.inFlight(),
      this.spend(now),
    ];
  });

  private rate(label: string, last: number, before: number | null, phone: boolean): Kpi {
    const value = this.format.use.rate(last / MINUTE_S);
    return { label, value, unit: '/s', phone, ...this.change(last, before) };
  }

  private latency(now: number): Kpi {
    const last = this.store.latencies.p95(now);
    const before = this.store.latencies.p95(now - MINUTE_S * 1000);
    const [value = '—', unit = ''] = this.format.use.duration(last).split(' ');
    const base = { label: 'TTFT p95', value, unit, phone: true };
    if (last === null || before === null) {
      return {
        ...base,
        note: last === null ? 'nothing finished yet' : 'last minute',
        tone: 'none',
        arrow: null,
      };
    }
    const change = last - before;
    if (Math.abs(change) < 1) return { ...base, note: 'steady', tone: 'none', arrow: null };
    return {
      ...base,
      note: `${this.format.use.duration(Math.abs(change))} vs prev min`,
      tone: change > 0 ? 'warn' : 'ok',
      arrow: change > 0 ? 'up' : 'down',
    };
  }

  private errors(requests: number, client: number, server: number): Kpi {
    const share = requests === 0 ? 0 : (client + server) / requests;
    const over = share > ERROR_TARGET;
    return {
      label: 'Errors',
      value: this.format.use.percent(share),
      unit: '%',
      note: over
        ? 'above 5 % target'
        : client + server === 0
          ? 'none'
          : `${client} × 4xx, ${server} × 5xx`,
      tone: over ? 'bad' : 'none',
      arrow: over ? 'up' : null,
      phone: true,
    };
  }

  private inFlight(): Kpi {
    const running = this.store.running();
    const count = this.store.operator()
      ? (this.store.tick()?.in_flight ?? running.length)
      : running.length;
    const longest = Math.max(0, ...running.map((row) => row.elapsed_ms));
    return {
      label: 'In flight',
      value: this.format.use.count(count),
      unit: '',
      note:
        count === 0
          ? 'idle'
          : running.length === 0
            ? 'running'
            : `longest ${this.format.use.timer(longest)}`,
      tone: 'none',
      arrow: null,
      phone: false,
    };
  }

  private spend(now: number): Kpi {
    const last = this.store.spending.perMinute(now);
    const before = this.store.spending.perMinute(now - MINUTE_S * 1000);
    return {
      label: 'Spend',
      value: this.format.use.money(last, 'card'),
      unit: '/min',
      phone: false,
      ...this.change(toPixels(last), toPixels(before) === 0 ? null : toPixels(before)),
      tone: 'none',
    };
  }

  private change(last: number, before: number | null): Pick<Kpi, 'note' | 'tone' | 'arrow'> {
    if (before === null || before === 0) return { note: 'last minute', tone: 'none', arrow: null };
    const ratio = (last - before) / before;
    if (Math.abs(ratio) < 0.005) return { note: 'steady', tone: 'none', arrow: null };
    if (ratio >= 9) {
      return { note: `${Math.round(ratio + 1)} × prev min`, tone: 'none', arrow: 'up' };
    }
    return {
      note: `${this.format.use.percent(Math.abs(ratio))} % vs prev min`,
      tone: 'none',
      arrow: ratio > 0 ? 'up' : 'down',
    };
  }
}
