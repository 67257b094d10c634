import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Format } from '../format/format';
import { Wallet } from '../live/wallet';

/** What is available, on every page. */
@Component({
  selector: 'w-balance-chip',
  imports: [RouterLink],
  template: `
    <a class="balance" routerLink="/dashboard" title="Available balance">
      <span class="meta">Balance</span>
      <b [style.color]="negative() ? 'var(--bad)' : null">{{ text() }}</b>
    </a>
  `,
  styles: `
    .balance {
      display: inline-flex;
      align-items: center;
      gap: 7px;
      height: 2rem;
      padding: 0 10px;
      border: 1px solid var(--line);
      border-radius: var(--r-control);
      color: var(--text);
      white-space: nowrap;
    }
    .balance:hover {
      background: var(--hover);
      text-decoration: none;
    }
    b {
      font-weight: 600;
    }
    @media (max-width: 899.98px) {
      .balance {
        height: 2.75rem;
      }
      .meta {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    }
  `,
})
export class BalanceChip {
  private readonly wallet = inject(Wallet);
  private readonly format = inject(Format);
  protected readonly text = computed(() => {
    const balance = this.wallet.balance();
    return balance ? this.format.use.balance(balance.available) : '—';
  });
  protected readonly negative = computed(
    () => this.wallet.balance()?.available.startsWith('-') ?? false,
  );
}
