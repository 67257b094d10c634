import { HttpClient, HttpContext } from '@angular/common/http';
import { computed, inject, Service, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type {
  ChangePasswordBody,
  LoginBody,
  Session as SessionAnswer,
  SessionUser,
} from '@weir/contracts';
import { WITHOUT_SESSION } from './without-session';

/** `restoring` until the refresh cookie was tried, `expired` while the sign-in dialog is open. */
export type SessionStatus = 'restoring' | 'anonymous' | 'active' | 'expired';

const RENEW_BEFORE_MS = 60_000;
const CSRF = { 'x-weir-csrf': '1' };

/**
 * Who is signed in. The access token lives in memory only; the refresh token is a cookie that scripts
 * cannot read. One renewal runs at a time, whoever asks for it.
 */
@Service()
export class Session {
  private readonly http = inject(HttpClient);
  private readonly state = signal<SessionStatus>('restoring');
  private readonly currentUser = signal<SessionUser | null>(null);
  private readonly currentToken = signal<string | null>(null);
  private renewal: Promise<boolean> | null = null;
  private restoring: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: ((signedIn: boolean) => void)[] = [];

  readonly status = this.state.asReadonly();
  readonly user = this.currentUser.asReadonly();
  /** The access token; changes with each renewal. */
  readonly token = this.currentToken.asReadonly();
  readonly active = computed(() => this.state() === 'active');
  /** Data may be asked for: signed in, and no password change stands in the way. */
  readonly usable = computed(
    () => this.active() && this.currentUser()?.must_change_password === false,
  );
  readonly isOperator = computed(() => {
    const role = this.currentUser()?.role;
    return role === 'operator' || role === 'admin';
  });

  /** Tries the refresh cookie once; resolves when the status is known. */
  restore(): Promise<void> {
    this.restoring ??= this.renew().then((renewed) => {
      if (!renewed) this.state.set('anonymous');
    });
    return this.restoring;
  }

  /** Signs in; throws what the console answered. */
  async login(body: LoginBody): Promise<void> {
    this.open(await this.post('/api/auth/login', body));
  }

  /** Sets a new password, which also renews the session. */
  async changePassword(body: ChangePasswordBody): Promise<void> {
    this.open(await firstValueFrom(this.http.post<SessionAnswer>('/api/me/password', body)));
  }

  /** Renews by the refresh cookie; false when it is gone or refused. */
  renew(): Promise<boolean> {
    this.renewal ??= this.post('/api/auth/refresh', {})
      .then(
        (answer) => {
          this.open(answer);
          return true;
        },
        () => false,
      )
      .finally(() => {
        this.renewal = null;
      });
    return this.renewal;
  }

  /** After a 401: renews silently once, else opens the sign-in dialog and waits for it. */
  async recover(staleToken: string | null): Promise<boolean> {
    if (this.currentToken() !== staleToken && this.active()) return true;
    if (this.state() === 'active' && (await this.renew())) return true;
    if (this.state() === 'anonymous') return false;
    this.state.set('expired');
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Ends the session here and on the server. */
  async logout(): Promise<void> {
    clearTimeout(this.timer);
    await this.post('/api/auth/logout', {}).catch(() => undefined);
    this.close();
  }

  /** Leaves without telling the server: the dialog's way out. */
  close(): void {
    clearTimeout(this.timer);
    this.currentToken.set(null);
    this.currentUser.set(null);
    this.state.set('anonymous');
    this.settle(false);
  }

  private open(answer: SessionAnswer): void {
    this.currentToken.set(answer.access_token);
    this.currentUser.set(answer.user);
    this.state.set('active');
    clearTimeout(this.timer);
    const renewInMs = Math.max(5_000, answer.expires_in * 1000 - RENEW_BEFORE_MS);
    this.timer = setTimeout(() => void this.renew(), renewInMs);
    this.settle(true);
  }

  private settle(signedIn: boolean): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve(signedIn);
  }

  private post(url: string, body: unknown): Promise<SessionAnswer> {
    return firstValueFrom(
      this.http.post<SessionAnswer>(url, body, {
        headers: CSRF,
        context: new HttpContext().set(WITHOUT_SESSION, true),
      }),
    );
  }
}
