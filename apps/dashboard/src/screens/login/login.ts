import { Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { SignInForm } from '../../session/sign-in-form';
import { Brand } from '../../shell/brand';

/** `/login`: the only page for those who are not signed in. */
@Component({
  selector: 'w-login',
  imports: [Brand, SignInForm],
  template: `
    <main>
      <section class="card" aria-labelledby="login-title">
        <w-brand />
        <h1 id="login-title">Sign in</h1>
        <p class="dim">Every token metered, every amount exact, seen live.</p>
        <w-sign-in-form (signedIn)="go()" />
      </section>
      <p class="meta">First start? A one-time password was printed where Weir was started.</p>
    </main>
  `,
  styles: `
    main {
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 14px;
      min-height: 100dvh;
      padding: 24px 16px;
    }
    .card {
      width: min(23rem, 100%);
      padding: 28px 24px 24px;
      border-radius: var(--r-dialog);
    }
    h1 {
      margin-top: 18px;
    }
    .card > p {
      margin: 2px 0 18px;
    }
    .meta {
      max-width: 22rem;
      text-align: center;
    }
  `,
})
export class Login {
  /** Where to go afterwards; only a path of this app is followed. */
  readonly next = input<string>();
  private readonly router = inject(Router);

  protected go(): void {
    const next = this.next();
    void this.router.navigateByUrl(next && /^\/(?!\/)/.test(next) ? next : '/dashboard');
  }
}
