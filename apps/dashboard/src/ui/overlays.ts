import type { DialogConfig, DialogRef } from '@angular/cdk/dialog';
import type { ComponentType } from '@angular/cdk/portal';
import { inject, Injector, Service } from '@angular/core';
import type { ConfirmData } from './confirm';

/** A dialog's component, in a chunk that is fetched when it opens. */
export type LazyComponent<C> = () => Promise<ComponentType<C>>;

/** Dialogs and drawers: focus goes in, is kept, and comes back; Esc closes. Nothing of it is loaded before. */
@Service()
export class Overlays {
  private readonly injector = inject(Injector);

  /** A dialog in the middle. */
  open<R, C>(component: LazyComponent<C>, label: string, data: unknown = null): Promise<DialogRef<R, C>> {
    return this.show<R, C>(component, {
      data,
      ariaLabel: label,
      width: '28rem',
      maxWidth: 'calc(100vw - 24px)',
      maxHeight: 'calc(100dvh - 24px)',
    });
  }

  /** A panel over the right edge, of full height; the whole width on phones. */
  async side<R, C>(component: LazyComponent<C>, label: string): Promise<DialogRef<R, C>> {
    const { createGlobalPositionStrategy } = await import('@angular/cdk/overlay');
    return this.show<R, C>(component, {
      ariaLabel: label,
      width: '34rem',
      maxWidth: '100vw',
      height: '100dvh',
      autoFocus: 'input',
      positionStrategy: createGlobalPositionStrategy(this.injector).top('0').right('0'),
    });
  }

  /** Asks before something that cannot be undone; true when confirmed. */
  async confirm(data: ConfirmData): Promise<boolean> {
    const component = (): Promise<ComponentType<unknown>> => import('./confirm').then((file) => file.Confirm);
    const ref = await this.open<boolean, unknown>(component, data.title, data);
    return new Promise((resolve) => {
      ref.closed.subscribe((confirmed) => resolve(confirmed === true));
    });
  }

  private async show<R, C>(
    component: LazyComponent<C>,
    config: DialogConfig<unknown, DialogRef<R, C>>,
  ): Promise<DialogRef<R, C>> {
    const [{ Dialog }, loaded] = await Promise.all([import('@angular/cdk/dialog'), component()]);
    return this.injector.get(Dialog).open<R, unknown, C>(loaded, {
      autoFocus: 'first-tabbable',
      ...config,
      backdropClass: 'scrim',
      restoreFocus: true,
    });
  }
}
