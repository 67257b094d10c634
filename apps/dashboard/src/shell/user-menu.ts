import { Component, computed, inject } from '@angular/core';
import { Router } from '@angular/router';
import { LucideKeyboard, LucideLogOut } from '@lucide/angular';
import { Session } from '../session/session';
import { shortcutSheet } from './shortcut-sheet-chunk';
import { Overlays } from '../ui/overlays';

/** Who is signed in, and the way out. */
@Component({
  selector: 'w-user-menu',
  imports: [LucideKeyboard, LucideLogOut],
  template: `
    <button
      class="avatar"
      type="button"
      popovertarget="user-menu"
      [attr.aria-label]="'Account of ' + session.user()?.email"
    >
      {{ initial() }}
    </button>
    <div #menu class="menu" id="user-menu" popover>
      <div class="menu-info">
        <p class="strong ellipsis">{{ session.user()?.name }}</p>
        <p class="dim ellipsis">{{ session.user()?.email }}</p>
        <span class="badge">{{ role() }}</span>
      </div>
      <hr />
      <button
        class="menu-item desktop-only"
        type="button"
        (click)="menu.hidePopover(); shortcuts()"
      >
        <svg lucideKeyboard [size]="16" [strokeWidth]="1.75"></svg>Keyboard shortcuts
      </button>
      <button class="menu-item" type="button" (click)="menu.hidePopover(); signOut()">
        <svg lucideLogOut [size]="16" [strokeWidth]="1.75"></svg>Sign out
      </button>
    </div>
  `,
  styles: `
    .avatar {
      display: grid;
      place-items: center;
      width: 1.875rem;
      height: 1.875rem;
      padding: 0;
      border: 0;
      border-radius: 50%;
      background: var(--accent);
      color: var(--on-accent);
      font: 600 0.8125rem/1 var(--font);
      cursor: pointer;
    }
    .badge {
      margin-top: 6px;
    }
    .menu {
      max-width: 18rem;
    }
    .desktop-only {
      display: flex;
    }
    @media (max-width: 899.98px) {
      .avatar {
        width: 2.5rem;
        height: 2.5rem;
      }
    }
  `,
})
export class UserMenu {
  protected readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly overlays = inject(Overlays);
  protected readonly initial = computed(() => {
    const user = this.session.user();
    return (user?.name || user?.email || '?').charAt(0).toUpperCase();
  });
  protected readonly role = computed(() => {
    const role = this.session.user()?.role ?? 'user';
    return role.charAt(0).toUpperCase() + role.slice(1);
  });

  protected shortcuts(): void {
    void this.overlays.open(shortcutSheet, 'Keyboard shortcuts');
  }

  protected signOut(): void {
    void this.session.logout().then(() => this.router.navigateByUrl('/login'));
  }
}
