import { Service, signal } from '@angular/core';

/** Whether the window is narrower than 900 px: tables become two-line rows, drawers become sheets. */
@Service()
export class Phone {
  private readonly query = matchMedia('(max-width: 899.98px)');
  private readonly narrow = signal(this.query.matches);
  readonly is = this.narrow.asReadonly();

  constructor() {
    this.query.addEventListener('change', (event) => this.narrow.set(event.matches));
  }
}
