import { Inject, Injectable } from '@nestjs/common';
import type {
  AnnouncementView,
  BudgetAlert,
  BudgetView,
  KeyView,
  NotificationView,
  RequestRow,
} from '@weir/contracts';
import { toBalanceView, type StoredBalance } from '../balance/balance.mapper.js';
import { SETTINGS, type ConsoleSettings } from '../settings.js';
import { DurableTail, type TailListener } from './durable-tail.js';
import { LiveRepository, type StoredEvent } from './live.repository.js';
import { accountRoom, OPERATORS_ROOM, type LiveNamespace, type LiveSocket } from './live.types.js';
import { OperatorFeed } from './operator-feed.js';
import { endpointHealth, mergeTicks } from './pulses.js';
import { RunningHolds } from './running-holds.js';
import { keepsUp } from './send.js';

/**
 * What goes out on `/live`: durable events to the sockets of their account, settled rows and ticks to operators,
 * running requests to both. Durable events are written by `@weir/data`, whose tests hold their JSON against the
 * contracts; here only what no table knows is added: the holds of the moment.
 */
@Injectable()
export class LiveBroadcast implements TailListener<LiveSocket> {
  private namespace: LiveNamespace | undefined;
  /** Rows that operators were only told the number of, since the start. */
  droppedRows = 0;
  private readonly feed = new OperatorFeed();
  private readonly holds = new RunningHolds();
  /** Accounts whose sockets were last shown running requests: they also get the empty list after them. */
  private shownInflight = new Set<string>();
  /** States of the endpoints that operators were shown last; the event goes out when one changes. */
  private shownHealth = '[]';
  private readonly ownerEmails = new Map<string, string>();

  constructor(
    private readonly repository: LiveRepository,
    private readonly tail: DurableTail,
    @Inject(SETTINGS) private readonly settings: ConsoleSettings,
  ) {}

  /** Sockets that are connected here. */
  get sockets(): number {
    return this.namespace?.sockets.size ?? 0;
  }

  start(namespace: LiveNamespace): void {
    this.namespace = namespace;
    this.tail.listen(this);
  }

  /** First message of each connection; then what was missed, then what happens. */
  async welcome(socket: LiveSocket): Promise<void> {
    const { accountId, role } = socket.data;
    socket.emit('welcome', {
      v: 1,
      account: accountId,
      role,
      seq: await this.repository.seqOf(accountId),
    });
    await this.tail.join(socket);
  }

  /** Watches all accounts while an operator is here. */
  async followOperators(): Promise<void> {
    if (this.operatorsHere) await this.tail.watchAll();
    else this.tail.unwatchAll();
  }

  async flush(): Promise<void> {
    await this.tail.flush();
    const batch = this.feed.take();
    if (batch === null || !this.operatorsHere) return;
    this.droppedRows += batch.left_out;
    await this.nameOwners(batch.rows);
    // Not volatile: right after a durable event a socket is often not writable, and the rows would be lost.
    this.toOperators((socket) => socket.emit('feed.rows', { v: 1, ...batch }));
  }

  async inflight(): Promise<void> {
    if (!this.namespace || this.namespace.sockets.size === 0) return;
    const pulses = await this.repository.pulses();
    const rows = this.holds.update(pulses);
    const at = new Date().toISOString();
    const byAccount = Map.groupBy(rows, (row) => row.account);
    // The last, empty list of an account is sent once, so it must arrive: not volatile.
    for (const account of new Set([...byAccount.keys(), ...this.shownInflight]))
      this.namespace.local
        .to(accountRoom(account))
        .except(OPERATORS_ROOM)
        .emit('inflight.updated', { v: 1, at, rows: byAccount.get(account) ?? [] });
    const shown = rows.length > 0 || this.shownInflight.size > 0;
    if (shown && this.operatorsHere) {
      const named = rows.map((row) => ({ ...row }));
      await this.nameOwners(named);
      this.toOperators((socket) => socket.emit('inflight.updated', { v: 1, at, rows: named }));
    }
    this.shownInflight = new Set(byAccount.keys());
  }

  async tick(): Promise<void> {
    if (!this.operatorsHere) return;
    const pulses = await this.repository.pulses();
    const tick = mergeTicks(pulses, new Date().toISOString());
    this.toOperators((socket) => socket.volatile.emit('stats.tick', tick));
    const endpoints = endpointHealth(pulses);
    const state = JSON.stringify(
      endpoints.map((endpoint) => [endpoint.endpoint_id, endpoint.state]),
    );
    if (state === this.shownHealth) return;
    this.shownHealth = state;
    this.toOperators((socket) => socket.emit('endpoint.health', { v: 1, endpoints }));
  }

  /** To everyone, on every console. */
  announce(announcement: AnnouncementView): void {
    this.namespace?.emit('announcement', { v: 1, announcement });
  }

  priceChanged(model: string): void {
    this.namespace?.to(OPERATORS_ROOM).emit('price.changed', { v: 1, model });
  }

  templateChanged(id: string, name: string): void {
    this.namespace?.to(OPERATORS_ROOM).emit('template.changed', { v: 1, id, name });
  }

  deliver(socket: LiveSocket, event: StoredEvent, seq: number): void {
    if (!keepsUp(socket)) return;
    const head = { v: 1, account: event.account, seq, at: event.at } as const;
    // The payload's shape goes with its type: both were written by one function of the database.
    switch (event.type) {
      case 'request.completed':
        socket.emit('request.completed', {
          ...head,
          data: event.payload as { rows: RequestRow[] },
        });
        return;
      case 'balance.updated':
        socket.emit('balance.updated', { ...head, data: this.balance(event, seq) });
        return;
      case 'budget.updated':
        socket.emit('budget.updated', { ...head, data: event.payload as BudgetView });
        return;
      case 'budget.alert':
        socket.emit('budget.alert', { ...head, data: event.payload as BudgetAlert });
        return;
      case 'notification.created':
        socket.emit('notification.created', { ...head, data: event.payload as NotificationView });
        return;
      case 'key.changed':
        socket.emit('key.changed', { ...head, data: event.payload as KeyView });
        return;
      default:
        // A newer release wrote a type we do not know: the client must reload rather than see a gap.
        socket.emit('snapshot', { v: 1, seq });
    }
  }

  snapshot(socket: LiveSocket, seq: number): void {
    socket.emit('snapshot', { v: 1, seq });
  }

  seen(event: StoredEvent): void {
    if (event.type !== 'request.completed') return;
    const { rows } = event.payload as { rows: RequestRow[] };
    this.holds.settle(rows.map((row) => row.generation_id));
    if (!this.operatorsHere) return;
    this.feed.add(rows.map((row) => ({ ...row, account: event.account })));
  }

  private balance(event: StoredEvent, seq: number): ReturnType<typeof toBalanceView> {
    const stored = event.payload as StoredBalance;
    return toBalanceView(stored, this.holds.ofAccount(event.account), this.settings.currency, seq);
  }

  private get operatorsHere(): boolean {
    return (this.namespace?.adapter.rooms.get(OPERATORS_ROOM)?.size ?? 0) > 0;
  }

  private toOperators(send: (socket: LiveSocket) => void): void {
    for (const id of this.namespace?.adapter.rooms.get(OPERATORS_ROOM) ?? []) {
      const socket = this.namespace?.sockets.get(id);
      if (socket && keepsUp(socket)) send(socket);
    }
  }

  private async nameOwners(rows: { account: string; user?: string }[]): Promise<void> {
    const unknown = [...new Set(rows.map((row) => row.account))].filter(
      (id) => !this.ownerEmails.has(id),
    );
    if (this.ownerEmails.size > 50_000) this.ownerEmails.clear();
    if (unknown.length > 0)
      for (const { account, email } of await this.repository.owners(unknown))
        this.ownerEmails.set(account, email);
    for (const row of rows) row.user = this.ownerEmails.get(row.account) ?? '';
  }
}
