import { Component } from '@angular/core';

let lastId = 0;

/** Mark and name. */
@Component({
  selector: 'w-brand',
  template: `
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <defs>
        <linearGradient [attr.id]="id" x1="0" y1="0" x2="1" y2="1">
          <stop class="from" />
          <stop class="to" offset="1" />
        </linearGradient>
      </defs>
      <rect width="32" height="32" rx="8" [attr.fill]="'url(#' + id + ')'" />
      <path
        d="M6 11.500c3.330 0 3.330 2.500 6.670 2.500s3.330-2.500 6.670-2.500 3.330 2.500 6.660 2.500M6 19.500c3.330 0 3.330 2.500 6.670 2.500s3.330-2.500 6.670-2.500 3.330 2.500 6.660 2.500"
        fill="none"
        stroke="var(--on-accent)"
        stroke-width="2.400"
        stroke-linecap="round"
      />
    </svg>
    <span>Weir</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 9px;
      font-size: 0.9375rem;
      font-weight: 650;
      letter-spacing: -0.01em;
    }
    .from {
      stop-color: var(--accent);
    }
    .to {
      stop-color: var(--s3);
    }
  `,
})
export class Brand {
  /** Of this drawing alone: a gradient of a hidden one would not be painted. */
  protected readonly id = `brand-${(lastId += 1)}`;
}
