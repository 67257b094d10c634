import { Component, computed, inject, input } from '@angular/core';
import { Profile } from '../session/profile';
import { FirstModel } from '../snippets/first-model';
import { snippetsFor } from '../snippets/snippets';
import { Code } from '../ui/code';
import { Copy } from '../ui/copy';
import { Glyph } from '../ui/glyph';

/** The secret, once, and code that works with it as it stands. */
@Component({
  selector: 'w-revealed-key',
  imports: [Code, Copy, Glyph],
  template: `
    <div class="notice warn">
      <ui-glyph tone="warn" />
      <span>Copy this key now. It is shown once and cannot be read again.</span>
    </div>
    <div class="secret">
      <code>{{ secret() }}</code>
      <ui-copy [text]="secret()" caption="Copy key" label="Copy the API key" />
    </div>
    <ui-code [snippets]="snippets()" />
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
      min-width: 0;
    }
    .notice {
      align-items: center;
    }
    .secret {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 8px 8px 8px 12px;
      border: 1px solid var(--line2);
      border-radius: var(--r-control);
    }
    .secret code {
      flex: 1;
      min-width: 0;
      font-weight: 600;
      overflow-wrap: anywhere;
    }
  `,
})
export class RevealedKey {
  readonly secret = input.required<string>();
  private readonly profile = inject(Profile);
  private readonly model = inject(FirstModel);
  protected readonly snippets = computed(() =>
    snippetsFor(this.profile.gatewayUrl(), this.secret(), this.model.id()),
  );
}
