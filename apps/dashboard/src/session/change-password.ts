import { Component, inject, signal } from '@angular/core';
import { form, FormField, minLength, required, submit, validate } from '@angular/forms/signals';
import { CdkTrapFocus } from '@angular/cdk/a11y';
import { Field } from '../ui/field';
import { problemOf } from './problem';
import { Session } from './session';

/** Shown over everything while the first password must be replaced: no page opens before. */
@Component({
  selector: 'w-change-password',
  imports: [FormField, Field, CdkTrapFocus],
  template: `
    <div class="veil">
      <section
        class="panel"
        role="dialog"
        aria-modal="true"
        aria-labelledby="change-title"
        cdkTrapFocus
        cdkTrapFocusAutoCapture
      >
        <header class="panel-head"><h2 id="change-title">Choose your password</h2></header>
        <div class="panel-body">
          <p class="dim">The password you signed in with was for one use. Replace it to go on.</p>
          <form class="form" (submit)="send($event)" novalidate>
            <ui-field label="Current password">
              <input
                class="input"
                type="password"
                autocomplete="current-password"
                [formField]="form.current"
              />
            </ui-field>
            <ui-field label="New password" hint="At least 10 characters.">
              <input
                class="input"
                type="password"
                autocomplete="new-password"
                [formField]="form.next"
              />
            </ui-field>
            <ui-field label="New password again">
              <input
                class="input"
                type="password"
                autocomplete="new-password"
                [formField]="form.again"
              />
            </ui-field>
            @if (failure(); as text) {
              <p class="notice bad" role="alert">{{ text }}</p>
            }
            <div class="spread">
              <button class="btn quiet" type="button" (click)="leave()">Sign out</button>
              <button class="btn primary" type="submit" [disabled]="busy()">Set password</button>
            </div>
          </form>
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
      width: min(26rem, 100%);
    }
    .form {
      margin-top: 14px;
    }
  `,
})
export class ChangePassword {
  private readonly session = inject(Session);
  private readonly model = signal({ current: '', next: '', again: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.current, { message: 'Enter the password you signed in with.' });
    required(path.next, { message: 'Enter a new password.' });
    minLength(path.next, 10, { message: 'Use at least 10 characters.' });
    validate(path.again, (field) =>
      field.value() === field.valueOf(path.next)
        ? undefined
        : { kind: 'same', message: 'The two do not match.' },
    );
  });
  protected readonly busy = signal(false);
  protected readonly failure = signal<string | null>(null);

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    await submit(this.form, async () => {
      this.busy.set(true);
      this.failure.set(null);
      try {
        const { current, next } = this.model();
        await this.session.changePassword({ current_password: current, new_password: next });
      } catch (error) {
        this.failure.set(problemOf(error).message);
      } finally {
        this.busy.set(false);
      }
    });
  }

  protected leave(): void {
    void this.session.logout().then(() => location.assign('/login'));
  }
}
