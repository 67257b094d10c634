import type { DialogRef } from '@angular/cdk/dialog';
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
  async open<R, C>(
    component: LazyComponent<C>,
    label: string,
    data: unknown = null,
  ): Promise<DialogRef<R, C>> {
    const [{ Dialog, DialogConfig }, loaded] = await Promise.all([
      import('@angular/cdk/dialog'),
      component(),
    ]);
    const config = new DialogConfig<unknown, DialogRef<R, C>>();
    config.data = data;
    config.ariaLabel = label;
    config.width = '28rem';
    config.maxWidth = 'calc(100vw - 24px)';
    config.maxHeight = 'calc(100dvh - 24px)';
    config.backdropClass = 'scrim';
    return this.injector.get(Dialog).open<R, unknown, C>(loaded, config);
  }

  /** A panel over the right edge, of full height; the whole width on phones. */
  async side<R, C>(component: LazyComponent<C>, label: string): Promise<DialogRef<R, C>> {
    const [{ Dialog, DialogConfig }, { createGlobalPositionStrategy }, loaded] = await Promise.all([
      import('@angular/cdk/dialog'),
      import('@angular/cdk/overlay'),
      component(),
    ]);
    const config = new DialogConfig<unknown, DialogRef<R, C>>();
    config.ariaLabel = label;
    config.width = '34rem';
    config.maxWidth = '100vw';
    config.height = '100dvh';
    config.autoFocus = 'input';
    config.positionStrategy = createGlobalPositionStrategy(this.injector).top('0').right('0');
    config.backdropClass = 'scrim';
    return this.injector.get(Dialog).open<R, unknown, C>(loaded, config);
  }

  /** Asks before something that cannot be undone; true when confirmed. */
  async confirm(data: ConfirmData): Promise<boolean> {
    const component = (): Promise<ComponentType<unknown>> =>
      import('./confirm').then((file) => file.Confirm);
    const ref = await this.open<boolean, unknown>(component, data.title, data);
    return new Promise((resolve) => {
      ref.closed.subscribe((confirmed) => {
        resolve(confirmed === true);
      });
    });
  }
}
