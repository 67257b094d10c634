import { DialogRef } from '@angular/cdk/dialog';
import { Component, computed, inject } from '@angular/core';
import { LucideX } from '@lucide/angular';
import { Shortcuts } from '../ui/shortcuts';

/** All keys that work on this page. */
@Component({
  selector: 'w-shortcut-sheet',
  imports: [LucideX],
  template: `
    <div class="panel">
      <header class="panel-head">
        <h2>Keyboard shortcuts</h2>
        <button class="btn quiet icon" type="button" aria-label="Close" (click)="ref.close()">
          <svg lucideX [size]="16"></svg>
        </button>
      </header>
      <dl class="panel-body keys">
        @for (shortcut of shortcuts(); track shortcut.keys) {
          <dt>
            @for (key of shortcut.keys.split(' '); track $index) {
              <kbd>{{ key }}</kbd>
            }
          </dt>
          <dd>{{ shortcut.label }}</dd>
        }
      </dl>
    </div>
  `,
  styles: `
    .keys {
      display: grid;
      grid-template-columns: 6rem 1fr;
      gap: 8px 12px;
    }
    dt {
      display: flex;
      gap: 4px;
    }
  `,
})
export class ShortcutSheet {
  protected readonly ref = inject<DialogRef>(DialogRef);
  private readonly all = inject(Shortcuts).all;
  protected readonly shortcuts = computed(() => {
    const seen = new Set<string>();
    return this.all().filter(
      (one) => one.label !== '' && !seen.has(one.keys) && seen.add(one.keys),
    );
  });
}
