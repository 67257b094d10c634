import { Dialog, type DialogRef } from '@angular/cdk/dialog';
import type { ComponentType } from '@angular/cdk/portal';
import { inject, Service } from '@angular/core';
import { GlobalPositionStrategy, createGlobalPositionStrategy } from '@angular/cdk/overlay';
import { Injector } from '@angular/core';
import { Confirm, type ConfirmData } from './confirm';

/** Dialogs and drawers: focus goes in, is kept, and comes back; Esc closes. */
@Service()
export class Overlays {
  private readonly dialog = inject(Dialog);
  private readonly injector = inject(Injector);

  /** A dialog in the middle (a sheet on phones). */
  open<R, D, C>(component: ComponentType<C>, data: D, options: { width?: string; label: string }): DialogRef<R, C> {
    return this.dialog.open<R, D, C>(component, {
      data,
      ariaLabel: options.label,
      width: options.width ?? '28rem',
      maxWidth: 'calc(100vw - 24px)',
      maxHeight: 'calc(100dvh - 24px)',
      backdropClass: 'scrim',
      autoFocus: 'first-tabbable',
      restoreFocus: true,
    });
  }

  /** A panel over the right edge, of full height; the whole width on phones. */
  side<R, D, C>(component: ComponentType<C>, data: D, options: { width?: string; label: string }): DialogRef<R, C> {
    const position: GlobalPositionStrategy = createGlobalPositionStrategy(this.injector).top('0').right('0');
    return this.dialog.open<R, D, C>(component, {
      data,
      ariaLabel: options.label,
      width: options.width ?? '34rem',
      maxWidth: '100vw',
      height: '100dvh',
      backdropClass: 'scrim',
      positionStrategy: position,
      autoFocus: 'first-tabbable',
      restoreFocus: true,
    });
  }

  /** Asks before something that cannot be undone; true when confirmed. */
  async confirm(data: ConfirmData): Promise<boolean> {
    const ref = this.open<boolean, ConfirmData, Confirm>(Confirm, data, { label: data.title });
    return new Promise((resolve) => {
      ref.closed.subscribe((confirmed) => resolve(confirmed === true));
    });
  }
}
