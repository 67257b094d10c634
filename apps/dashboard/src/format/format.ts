import { computed, inject, Service } from '@angular/core';
import { Profile } from '../session/profile';
import { Formatter, readersLocale } from './formatter';

/** The one formatter of the app, made anew when currency, locale or zone change. */
@Service()
export class Format {
  private readonly profile = inject(Profile);
  private readonly current = computed(() => {
    const me = this.profile.me();
    return new Formatter({
      locale: readersLocale(navigator.languages),
      currency: me?.account.currency ?? 'USD',
      timeZone: me?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  });

  /** Reading it in a template follows later changes. */
  get use(): Formatter {
    return this.current();
  }
}
