import {
  Component,
  computed,
  DestroyRef,
  effect,
  type ElementRef,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { Clipboard } from '@angular/cdk/clipboard';
import {
  LucideBan,
  LucideCopy,
  LucideEllipsis,
  LucideKeyRound,
  LucidePower,
} from '@lucide/angular';
import type { KeyView } from '@weir/contracts';
import { Format } from '../../format/format';
import { toPixels } from '../../format/pixels';
import { budgetLevel } from '../../format/countdown';
import { KeyList } from '../../keys/key-list';
import { Live } from '../../live/live';
import { problemOf } from '../../session/problem';
import { Clock } from '../../ui/clock';
import { Empty } from '../../ui/empty';
import { Failure } from '../../ui/failure';
import { Glyph, type Tone } from '../../ui/glyph';
import { Overlays } from '../../ui/overlays';
import { Phone } from '../../ui/phone';
import { Shortcuts } from '../../ui/shortcuts';
import { Skeleton } from '../../ui/skeleton';
import { Spark } from '../../ui/spark';
import { Toasts } from '../../ui/toasts';
import type { CreateKey } from './create-key';

const TONES: Readonly<Record<KeyView['status'], Tone>> = {
  active: 'ok',
  disabled: 'off',
  expired: 'warn',
  revoked: 'off',
};
const NAMES: Readonly<Record<KeyView['status'], string>> = {
  active: 'Active',
  disabled: 'Disabled',
  expired: 'Expired',
  revoked: 'Revoked',
};
/** Room that the actions need. */
const MENU_PX = 170;
const REREAD_MS = 3_000;
const HOUR_MS = 3_600_000;

/** `/keys`: every key with what it spent, and the ways to make, pause and end one. */
@Component({
  selector: 'w-keys',
  imports: [
    Empty,
    Failure,
    Glyph,
    LucideBan,
    LucideCopy,
    LucideEllipsis,
    LucideKeyRound,
    LucidePower,
    Skeleton,
    Spark,
  ],
  templateUrl: './keys.html',
  styleUrl: './keys.css',
})
export class Keys {
  /** `?create=true` opens the drawer: the way in from other pages. */
  readonly create = input<string>();

  protected readonly list = inject(KeyList);
  protected readonly format = inject(Format);
  protected readonly clock = inject(Clock);
  protected readonly phone = inject(Phone).is;
  protected readonly showRevoked = signal(false);
  private readonly overlays = inject(Overlays);
  private readonly toasts = inject(Toasts);
  private readonly clipboard = inject(Clipboard);
  private readonly router = inject(Router);
  private readonly menu = viewChild.required<ElementRef<HTMLElement>>('menu');
  protected readonly acting = signal<KeyView | null>(null);
  protected readonly menuAt = signal({ top: 0, right: 0 });
  private opened = false;

  protected readonly revoked = computed(
    () => this.list.keys().filter((key) => key.status === 'revoked').length,
  );
  protected readonly rows = computed(() =>
    this.list
      .keys()
      .filter((key) => this.showRevoked() || key.status !== 'revoked')
      .map((key) => ({
        key,
        tone: TONES[key.status],
        status: NAMES[key.status],
        cap: this.capOf(key),
        limits: limitsOf(key),
      })),
  );

  constructor() {
    const owner = inject(DestroyRef);
    effect(() => {
      if (this.create() !== undefined) untracked(() => this.openCreate());
    });
    inject(Shortcuts).add(
      [{ keys: 'n', label: 'Create a key', run: () => this.openCreate() }],
      owner,
    );
    this.followUse(owner);
  }

  /** Statistics follow the requests, a few seconds behind. */
  private followUse(owner: DestroyRef): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    inject(Live).on(
      'request.completed',
      () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          this.list.reload();
        }, REREAD_MS);
      },
      owner,
    );
    owner.onDestroy(() => clearTimeout(timer));
  }

  protected openCreate(): void {
    if (this.opened) return;
    this.opened = true;
    // The form comes with its own chunk: most visits to this page only look.
    const form = (): Promise<typeof CreateKey> =>
      import('./create-key').then((file) => file.CreateKey);
    this.overlays.side(form, 'Create API key').then(
      (ref) => ref.closed.subscribe(() => this.createClosed()),
      () => {
        this.opened = false;
        this.toasts.show('bad', 'The form could not be loaded. Try again.');
      },
    );
  }

  private createClosed(): void {
    this.opened = false;
    if (this.create() === undefined) return;
    void this.router.navigate([], {
      queryParams: { create: null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  /** The actions of one key, below the button that asked for them. */
  protected showActions(event: Event, key: KeyView): void {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const button = event.currentTarget.getBoundingClientRect();
    const top = Math.min(button.bottom + 4, window.innerHeight - MENU_PX);
    this.menuAt.set({ top, right: document.documentElement.clientWidth - button.right });
    this.acting.set(key);
    this.menu().nativeElement.showPopover();
  }

  protected copyPrefix(key: KeyView): void {
    if (this.clipboard.copy(key.prefix)) this.toasts.show('ok', 'Prefix copied');
  }

  /** Instant, and as quickly undone. */
  protected async setEnabled(key: KeyView, enabled: boolean): Promise<void> {
    try {
      await this.list.update(key.id, { enabled });
      this.toasts.show('ok', `${key.label} is ${enabled ? 'enabled' : 'disabled'}.`, {
        label: 'Undo',
        run: () => void this.setEnabled(key, !enabled),
      });
    } catch (error) {
      this.toasts.show('bad', problemOf(error).message);
    }
  }

  /** Final: the label must be typed where the key was used within the last hour. */
  protected async revoke(key: KeyView): Promise<void> {
    const usedLately =
      key.last_used_at !== null && this.clock.nowMs() - Date.parse(key.last_used_at) < HOUR_MS;
    const confirmed = await this.overlays.confirm({
      title: `Revoke ${key.label}?`,
      text: usedLately
        ? `It was used ${this.format.use.ago(key.last_used_at, this.clock.nowMs())}. Requests with it fail within a second; running ones finish. This cannot be undone.`
        : 'Requests with it fail within a second; running ones finish. This cannot be undone.',
      action: 'Revoke key',
      ...(usedLately ? { typed: key.label } : {}),
    });
    if (!confirmed) return;
    try {
      await this.list.revoke(key.id);
      this.toasts.show('ok', `${key.label} is revoked.`);
    } catch (error) {
      this.toasts.show('bad', problemOf(error).message);
    }
  }

  /** The cap that is nearest to its end, for the bar. */
  private capOf(
    key: KeyView,
  ): { text: string; percent: number; level: 'ok' | 'warn' | 'bad' } | null {
    const caps = [
      { cap: key.spend_cap, used: key.statistics.cost, name: 'total' },
      { cap: key.spend_cap_daily, used: key.statistics.spent_today, name: 'day' },
      { cap: key.spend_cap_monthly, used: key.statistics.spent_this_month, name: 'month' },
    ].flatMap(({ cap, used, name }) => {
      if (cap === null) return [];
      const percent = toPixels(cap) === 0 ? 100 : (toPixels(used) / toPixels(cap)) * 100;
      return [
        {
          percent,
          text: `${this.format.use.money(used, 'card')} / ${this.format.use.money(cap, 'card').replace(/[.,]00$/, '')} ${name}`,
        },
      ];
    });
    const nearest = caps.sort((a, b) => b.percent - a.percent)[0];
    return nearest
      ? { ...nearest, percent: Math.min(100, nearest.percent), level: budgetLevel(nearest.percent) }
      : null;
  }
}

/** What narrows a key, in words. */
function limitsOf(key: KeyView): string[] {
  const limits: string[] = [];
  if (key.requests_per_minute !== null) limits.push(`${key.requests_per_minute} req/min`);
  if (key.tokens_per_minute !== null) limits.push(`${key.tokens_per_minute} tok/min`);
  if (key.concurrent_requests !== null) limits.push(`${key.concurrent_requests} at once`);
  if (key.allowed_models !== null)
    limits.push(`${key.allowed_models.length} model${key.allowed_models.length === 1 ? '' : 's'}`);
  if (key.ip_allow.length + key.ip_deny.length > 0) limits.push('IP rules');
  if (key.region_pin !== null) limits.push(key.region_pin);
  return limits;
}
