import {
  Component,
  inject,
  input,
  output,
  signal,
  type OnDestroy,
  type OnInit,
} from '@angular/core';
import { email, form, FormField, readonly, required, submit } from '@angular/forms/signals';
import { Field } from '../ui/field';
import { Session } from './session';
import { problemOf } from './problem';

/** E-mail and password, with a countdown when attempts are used up. Of the login page and the dialog. */
@Component({
  selector: 'w-sign-in-form',
  imports: [FormField, Field],
  template: `
    <form class="form" (submit)="send($event)" novalidate>
      <ui-field label="E-mail">
        <input class="input" type="email" autocomplete="username" [formField]="form.email" />
      </ui-field>
      <ui-field label="Password">
        <input
          class="input"
          type="password"
          autocomplete="current-password"
          [formField]="form.password"
        />
      </ui-field>
      @if (failure(); as text) {
        <p class="notice bad" role="alert">{{ text }}</p>
      }
      <button class="btn primary block" type="submit" [disabled]="busy() || waitSeconds() > 0">
        @if (waitSeconds() > 0) {
          Try again in {{ waitText() }}
        } @else if (busy()) {
          Signing in…
        } @else {
          Sign in
        }
      </button>
    </form>
  `,
})
export class SignInForm implements OnInit, OnDestroy {
  /** Given in the dialog: the person whose session ended. */
  readonly fixedEmail = input('');
  readonly signedIn = output();

  private readonly session = inject(Session);
  private readonly model = signal({ email: '', password: '' });
  protected readonly form = form(this.model, (path) => {
    required(path.email, { message: 'Enter your e-mail address.' });
    readonly(path.email, { when: () => this.fixedEmail() !== '' });
    email(path.email, { message: 'This is not an e-mail address.' });
    required(path.password, { message: 'Enter your password.' });
  });
  protected readonly busy = signal(false);
  protected readonly failure = signal<string | null>(null);
  protected readonly waitSeconds = signal(0);
  private countdown: ReturnType<typeof setInterval> | undefined;

  ngOnInit(): void {
    if (this.fixedEmail()) this.model.update((model) => ({ ...model, email: this.fixedEmail() }));
  }

  ngOnDestroy(): void {
    clearInterval(this.countdown);
  }

  protected waitText(): string {
    const seconds = this.waitSeconds();
    return seconds < 60
      ? `${seconds} s`
      : `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    await submit(this.form, async () => {
      this.busy.set(true);
      this.failure.set(null);
      try {
        await this.session.login(this.model());
        this.signedIn.emit();
      } catch (error) {
        this.refuse(error);
      } finally {
        this.busy.set(false);
      }
    });
  }

  private refuse(error: unknown): void {
    const problem = problemOf(error);
    if (problem.status === 429 && problem.retryAfterSeconds) {
      this.failure.set('Too many attempts. Please wait before trying again.');
      this.wait(problem.retryAfterSeconds);
    } else if (problem.status === 401) {
      this.failure.set('E-mail or password is wrong.');
    } else {
      this.failure.set(problem.message);
    }
  }

  private wait(seconds: number): void {
    clearInterval(this.countdown);
    this.waitSeconds.set(Math.ceil(seconds));
    this.countdown = setInterval(() => {
      this.waitSeconds.update((left) => Math.max(0, left - 1));
      if (this.waitSeconds() === 0) {
        clearInterval(this.countdown);
        this.failure.set(null);
      }
    }, 1000);
  }
}
