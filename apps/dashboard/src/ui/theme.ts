import { computed, DOCUMENT, inject, Service, signal } from '@angular/core';
import { recall, remember } from './storage';

/** Light or dark: the system's choice until a person chooses. `public/theme.js` applies it before paint. */
@Service()
export class Theme {
  private readonly document = inject(DOCUMENT);
  private readonly system = matchMedia('(prefers-color-scheme: dark)');
  private readonly chosen = signal(recall('theme'));
  private readonly systemDark = signal(this.system.matches);
  readonly dark = computed(() => (this.chosen() ? this.chosen() === 'dark' : this.systemDark()));

  constructor() {
    this.system.addEventListener('change', (event) => this.systemDark.set(event.matches));
  }

  toggle(): void {
    const theme = this.dark() ? 'light' : 'dark';
    this.document.documentElement.dataset['theme'] = theme;
    remember('theme', theme);
    this.chosen.set(theme);
  }
}
