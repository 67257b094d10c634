import { Component, inject } from '@angular/core';
import { CdkTrapFocus } from '@angular/cdk/a11y';
import { SignInForm } from './sign-in-form';
import { Session } from './session';

/** Over the page when a session has ended: what was on it stays as it was. */
@Component({
  selector: 'w-sign-in-dialog',
  imports: [SignInForm, CdkTrapFocus],
  template: `
    <div class="veil">
      <section
        class="panel"
        role="dialog"
        aria-modal="true"
        aria-labelledby="again-title"
        cdkTrapFocus
        cdkTrapFocusAutoCapture
      >
        <header class="panel-head"><h2 id="again-title">Your session has ended</h2></header>
        <div class="panel-body stack">
          <p class="dim">Sign in again to go on where you were.</p>
          <w-sign-in-form [fixedEmail]="session.user()?.email ?? ''" />
          <button class="btn quiet" type="button" (click)="leave()">Use another account</button>
        </div>
      </section>
    </div>
  `,
  styles: `
    .veil {
      position: fixed;
      inset: 0;
      z-index: 60;
      display: grid;
      place-items: center;
      padding: 16px;
      background: var(--scrim);
    }
    .panel {
      width: min(24rem, 100%);
    }
  `,
})
export class SignInDialog {
  protected readonly session = inject(Session);

  protected leave(): void {
    this.session.close();
    location.assign('/login');
  }
}
