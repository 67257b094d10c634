import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Format } from '../../format/format';
import { Empty } from '../../ui/empty';
import { Failure } from '../../ui/failure';
import { Phone } from '../../ui/phone';
import { Skeleton } from '../../ui/skeleton';
import { Status } from '../../ui/status';
import { DashboardStore } from './dashboard-store';

/** The newest 50 requests, in UTC; what arrives while the page is open fades in at the top. */
@Component({
  selector: 'w-recent-card',
  imports: [Empty, Failure, RouterLink, Skeleton, Status],
  template: `
    <section class="card" aria-labelledby="recent-title">
      <header class="card-head">
        <h2 id="recent-title">Recent transactions</h2>
        <span class="meta">times in UTC</span>
        <span class="grow"></span>
        <a routerLink="/live">Live traffic</a>
      </header>
      @if (store.rows().length > 0) {
        @if (phone()) {
          @for (row of store.rows(); track row.generation_id) {
            <a
              class="two-line"
              routerLink="/live"
              [queryParams]="{ row: row.generation_id }"
              [class.fresh]="store.isFresh(row)"
            >
              <div>
                <ui-status [httpStatus]="row.http_status" />
                <b class="ellipsis grow">{{ row.model }}</b>
                <span>{{ format.use.money(row.cost) }}</span>
              </div>
              <div class="meta">
                <span class="mono">{{ format.use.time(row.accepted_at, { utc: true }) }}</span>
                <span class="ellipsis grow">{{ row.key.label }}</span>
                <span>{{ format.use.tokens(row.total_tokens) }}</span>
              </div>
            </a>
          }
        } @else {
          <div
            class="table-wrap"
            tabindex="0"
            role="region"
            aria-label="Table of recent transactions"
          >
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">Status</th>
                  <th scope="col">Model</th>
                  <th scope="col">Endpoint</th>
                  <th scope="col">Provider</th>
                  <th scope="col">Region</th>
                  <th scope="col">Key</th>
                  <th scope="col" class="num">Tokens</th>
                  <th scope="col" class="num">Cost</th>
                </tr>
              </thead>
              <tbody>
                @for (row of store.rows(); track row.generation_id) {
                  <tr [class.fresh]="store.isFresh(row)">
                    <td class="mono">
                      <a
                        class="time"
                        routerLink="/live"
                        [queryParams]="{ row: row.generation_id }"
                        [title]="row.accepted_at"
                        >{{ format.use.dateTime(row.accepted_at, { utc: true }) }}</a
                      >
                    </td>
                    <td><ui-status [httpStatus]="row.http_status" /></td>
                    <td class="model fit">{{ row.model }}</td>
                    <td class="mono dim">{{ row.endpoint }}</td>
                    <td class="dim">{{ row.provider ?? '—' }}</td>
                    <td class="dim">{{ row.region ?? '—' }}</td>
                    <td class="dim fit">{{ row.key.label }}</td>
                    <td class="num">{{ format.use.count(row.total_tokens) }}</td>
                    <td class="num">{{ format.use.money(row.cost) }}</td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
        }
      } @else if (store.recentError(); as error) {
        <ui-failure what="Recent transactions" [error]="error" (retry)="store.retryRecent()" />
      } @else if (store.recentReady()) {
        <ui-empty title="No requests yet">
          <a class="btn primary" routerLink="/keys" [queryParams]="{ create: true }"
            >Create your first API key</a
          >
        </ui-empty>
      } @else {
        <div class="card-body">
          <ui-skeleton
            [lines]="['97%', '94%', '96%', '92%', '97%', '93%', '95%', '96%']"
            height="1rem"
          />
        </div>
      }
    </section>
  `,
  styles: `
    a.two-line {
      color: var(--text);
      text-decoration: none;
    }
    .time {
      color: inherit;
    }
  `,
})
export class RecentCard {
  protected readonly store = inject(DashboardStore);
  protected readonly format = inject(Format);
  protected readonly phone = inject(Phone).is;
}
