import { Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LucideMapPinOff } from '@lucide/angular';
import { Empty } from '../../ui/empty';

/** 404: nothing is at this address. */
@Component({
  selector: 'w-not-found',
  imports: [Empty, LucideMapPinOff, RouterLink],
  template: `
    <div class="page">
      <h1 class="sr-only">Page not found</h1>
      <ui-empty
        title="There is no page at this address"
        text="It may have moved, or the link is incomplete."
      >
        <svg lucideMapPinOff [size]="20" [strokeWidth]="1.5"></svg>
        <a class="btn primary" routerLink="/dashboard">Go to Overview</a>
      </ui-empty>
    </div>
  `,
  styles: `
    ui-empty {
      min-height: 60vh;
    }
  `,
})
export class NotFound {}
