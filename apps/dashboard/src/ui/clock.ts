import { inject, DestroyRef, Service, signal } from '@angular/core';

/** The time, once a second: for countdowns and "5 minutes ago". */
@Service()
export class Clock {
  private readonly time = signal(Date.now());
  readonly nowMs = this.time.asReadonly();

  constructor() {
    const timer = setInterval(() => this.time.set(Date.now()), 1000);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
