import { Component, computed, input, signal, type OnInit } from '@angular/core';
import { Copy } from './copy';
import { Segmented } from './segmented';

/** One way to say the same thing. */
export interface Snippet {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

/** Code to copy, with a tab per language. Text only: nothing in it is ever markup. */
@Component({
  selector: 'ui-code',
  imports: [Copy, Segmented],
  template: `
    <div class="head">
      @if (segments().length > 1) {
        <ui-segmented label="Language" [segments]="segments()" [(value)]="choice" />
      }
      <ui-copy [text]="current()?.text ?? ''" caption="Copy" label="Copy code" />
    </div>
    <pre tabindex="0"><code>{{ current()?.text }}</code></pre>
  `,
  styles: `
    :host {
      display: block;
      border: 1px solid var(--line);
      border-radius: var(--r-card);
      background: var(--bg);
      overflow: hidden;
    }
    .head {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 8px;
      padding: 8px 8px 0;
    }
    pre {
      margin: 0;
      padding: 10px 12px 12px;
      overflow: auto;
      font: 0.75rem/1.125rem var(--mono);
    }
    pre:focus-visible {
      outline-offset: -2px;
    }
  `,
})
export class Code implements OnInit {
  readonly snippets = input.required<readonly Snippet[]>();
  protected readonly choice = signal('');
  protected readonly segments = computed(() =>
    this.snippets().map((snippet) => ({ value: snippet.id, label: snippet.label })),
  );
  protected readonly current = computed(
    () => this.snippets().find((snippet) => snippet.id === this.choice()) ?? this.snippets()[0],
  );

  ngOnInit(): void {
    this.choice.set(this.snippets()[0]?.id ?? '');
  }
}
