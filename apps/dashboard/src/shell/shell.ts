import { NgTemplateOutlet } from '@angular/common';
import { Component, computed, DestroyRef, effect, inject, signal } from '@angular/core';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { CdkTrapFocus } from '@angular/cdk/a11y';
import { LucideDynamicIcon, LucideMenu, LucideMoon, LucideSun, LucideX } from '@lucide/angular';
import { Live } from '../live/live';
import { Format } from '../format/format';
import { Wallet } from '../live/wallet';
import { ChangePassword } from '../session/change-password';
import { Session } from '../session/session';
import { SignInDialog } from '../session/sign-in-dialog';
import { Overlays } from '../ui/overlays';
import { Shortcuts } from '../ui/shortcuts';
import { Theme } from '../ui/theme';
import { ToastOutlet, Toasts } from '../ui/toasts';
import { BalanceChip } from './balance-chip';
import { Brand } from './brand';
import { Connection } from './connection';
import { NAVIGATION } from './nav';
import { shortcutSheet } from './shortcut-sheet-chunk';
import { UserMenu } from './user-menu';

/** The frame of every page: navigation at the left (a sheet on phones), balance and state at the top. */
@Component({
  selector: 'w-shell',
  imports: [
    BalanceChip,
    Brand,
    CdkTrapFocus,
    ChangePassword,
    Connection,
    LucideDynamicIcon,
    LucideMenu,
    LucideMoon,
    LucideSun,
    LucideX,
    NgTemplateOutlet,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
    SignInDialog,
    ToastOutlet,
    UserMenu,
  ],
  templateUrl: './shell.html',
  styleUrl: './shell.css',
  host: { '(document:keydown.escape)': 'sheetOpen.set(false)' },
})
export class Shell {
  protected readonly session = inject(Session);
  protected readonly live = inject(Live);
  protected readonly theme = inject(Theme);
  protected readonly navigation = NAVIGATION;
  protected readonly sheetOpen = signal(false);
  private readonly format = inject(Format);
  private readonly router = inject(Router);
  private readonly overlays = inject(Overlays);
  private readonly toasts = inject(Toasts);

  protected readonly bannerTime = computed(() => {
    const at = this.live.lastUpdatedMs();
    return at === null ? null : this.format.use.time(at);
  });

  constructor() {
    const owner = inject(DestroyRef);
    inject(Wallet);
    this.addShortcuts(owner);
    const navigation = this.router.events.subscribe((event) => {
      if (event instanceof NavigationEnd) this.sheetOpen.set(false);
    });
    owner.onDestroy(() => navigation.unsubscribe());
    effect(() => {
      if (this.session.status() === 'anonymous') void this.router.navigateByUrl('/login');
    });
    this.live.on(
      'budget.alert',
      ({ data }) =>
        this.toasts.show(
          data.threshold >= 100 ? 'bad' : 'warn',
          `${data.threshold} % of the ${data.kind} budget is used.`,
        ),
      owner,
    );
    this.live.on(
      'announcement',
      ({ announcement }) => this.toasts.show('info', announcement.title),
      owner,
    );
  }

  protected skip(event: Event): void {
    event.preventDefault();
    document.getElementById('main')?.focus();
  }

  private addShortcuts(owner: DestroyRef): void {
    const pages = NAVIGATION.flatMap((group) => group.items).map((item) => ({
      keys: `g ${item.key}`,
      label: `Go to ${item.label}`,
      run: () => void this.router.navigateByUrl(item.path),
    }));
    inject(Shortcuts).add(
      [
        ...pages,
        { keys: 't', label: 'Light or dark theme', run: () => this.theme.toggle() },
        {
          keys: '?',
          label: 'This list',
          run: () => void this.overlays.open(shortcutSheet, 'Keyboard shortcuts'),
        },
      ],
      owner,
    );
  }
}
