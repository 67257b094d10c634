import { Component, computed, inject } from '@angular/core';
import { Format } from '../format/format';
import { Live } from '../live/live';
import { Glyph, type Tone } from '../ui/glyph';

const TONES: Readonly<Record<string, Tone>> = {
  live: 'ok',
  reconnecting: 'warn',
  polling: 'warn',
  offline: 'bad',
  paused: 'off',
};

/** The connection's state, and beside it when data last came in. A click explains, or resumes. */
@Component({
  selector: 'w-connection',
  imports: [Glyph],
  template: `
    <button class="state" type="button" popovertarget="connection-about">
      <ui-glyph [tone]="tone()" />
      <span class="sr-only">Connection:</span>
      <span>{{ live.indicator().label }}</span>
      @if (updated(); as time) {
        <span class="meta time">Last updated {{ time }}</span>
      }
    </button>
    <div class="menu about" id="connection-about" popover>
      <p class="menu-info">{{ live.indicator().detail }}</p>
      @if (updated(); as time) {
        <p class="menu-info meta">Last updated {{ time }}</p>
      }
      @if (live.indicator().state !== 'live') {
        <div class="menu-info">
          <button class="btn small" type="button" (click)="live.retryNow()">
            {{ live.indicator().state === 'paused' ? 'Resume' : 'Retry now' }}
          </button>
        </div>
      }
    </div>
    <span class="sr-only" aria-live="polite">{{ announced() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
    }
    .state {
      display: inline-flex;
      align-items: center;
      gap: 7px;
      height: 2rem;
      padding: 0 10px;
      border: 1px solid var(--line);
      border-radius: var(--r-control);
      background: none;
      color: var(--text);
      font: 500 0.8125rem/1rem var(--font);
      font-feature-settings: inherit;
      white-space: nowrap;
      cursor: pointer;
    }
    .state:hover {
      background: var(--hover);
    }
    .time {
      padding-left: 8px;
      border-left: 1px solid var(--line);
      font-weight: 400;
    }
    .about {
      width: 18rem;
    }
    @media (max-width: 1099.98px) {
      .time {
        display: none;
      }
    }
    @media (max-width: 899.98px) {
      .state {
        height: 2.75rem;
      }
    }
  `,
})
export class Connection {
  protected readonly live = inject(Live);
  private readonly format = inject(Format);
  protected readonly tone = computed<Tone>(() => TONES[this.live.indicator().state] ?? 'off');
  protected readonly updated = computed(() => {
    const at = this.live.lastUpdatedMs();
    return at === null ? null : this.format.use.time(at);
  });
  /** Read out once per state, not per second. */
  protected readonly announced = computed(() => `Connection: ${this.live.indicator().label}`);
}
