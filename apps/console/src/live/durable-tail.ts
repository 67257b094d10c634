import { Inject, Injectable, Logger } from '@nestjs/common';
import { LIVE_LIMITS } from '../limits.js';
import { LiveRepository, type StoredEvent } from './live.repository.js';
import type { LiveSocket, LiveState } from './live.types.js';

/**
 * Follows `live_event` for the accounts that somebody watches. NOTIFY says where to look, a poll each second
 * finds what a lost NOTIFY hid; what is sent is always what the table holds after the last seq, so nothing is
 * lost, repeated or out of order, whatever arrives when.
 *
 * A channel is one watched account: its last delivered seq and its sockets. A socket enters its channel only
 * when replay has brought it to the channel's seq, in the same turn, so there is no gap between the two.
 */
interface Channel<S> {
  seq: number;
  readonly sockets: Set<S>;
}

/** What the tail needs of a socket. */
export interface TailSocket {
  readonly connected: boolean;
  readonly data: Pick<LiveState, 'accountId' | 'since' | 'seq'>;
}

/** What the tail hands on. */
export interface TailListener<S> {
  /** One event for one socket. */
  deliver(socket: S, event: StoredEvent, seq: number): void;
  /** The socket has to reload by REST. */
  snapshot(socket: S, seq: number): void;
  /** Each new event of a watched account, once. */
  seen(event: StoredEvent): void;
}

/** Events read for one account at a time. */
const READ_EVENTS = 256;

@Injectable()
export class DurableTail<S extends TailSocket = LiveSocket> {
  private readonly logger = new Logger('Live');
  private readonly channels = new Map<string, Channel<S>>();
  private readonly dirty = new Set<string>();
  private watchesAll = false;
  private reading = false;
  private listener: TailListener<S> | undefined;

  constructor(
    @Inject(LiveRepository)
    private readonly repository: Pick<LiveRepository, 'seqOf' | 'seqs' | 'after'>,
  ) {}

  listen(listener: TailListener<S>): void {
    this.listener = listener;
  }

  /** Whether anybody watches anything. */
  get idle(): boolean {
    return this.channels.size === 0 && !this.watchesAll;
  }

  /** Operators watch every account: from here on, new events of all are seen. */
  async watchAll(): Promise<void> {
    if (this.watchesAll) return;
    this.watchesAll = true;
    for (const { account, seq } of await this.repository.seqs(null))
      if (!this.channels.has(account))
        this.channels.set(account, { seq: Number(seq), sockets: new Set() });
  }

  unwatchAll(): void {
    this.watchesAll = false;
    for (const [account, channel] of this.channels)
      if (channel.sockets.size === 0) this.channels.delete(account);
  }

  /** A NOTIFY named these accounts. */
  mark(accountIds: readonly string[]): void {
    for (const account of accountIds)
      if (this.watchesAll || this.channels.has(account)) this.dirty.add(account);
  }

  /** Brings a socket up to date and keeps it so. Answers the seq it was brought to. */
  async join(socket: S): Promise<number> {
    const { accountId, since } = socket.data;
    let seq = await this.repository.seqOf(accountId);
    if (since !== null) seq = await this.replay(socket, since, seq);
    for (;;) {
      const channel = this.channels.get(accountId);
      if (!channel || channel.seq <= seq) break;
      // The channel moved on while this socket was replaying.
      seq = await this.replay(socket, seq, channel.seq);
    }
    socket.data.seq = seq;
    if (!socket.connected) return seq;
    const channel = this.channels.get(accountId) ?? { seq, sockets: new Set<S>() };
    this.channels.set(accountId, channel);
    channel.sockets.add(socket);
    // This socket may be ahead of the channel: the channel reads those events again, the socket skips them.
    if (channel.seq < seq) this.dirty.add(accountId);
    return seq;
  }

  leave(socket: S): void {
    const channel = this.channels.get(socket.data.accountId);
    if (!channel) return;
    channel.sockets.delete(socket);
    if (channel.sockets.size === 0 && !this.watchesAll) this.channels.delete(socket.data.accountId);
  }

  /** The safety net: accounts whose seq moved without a NOTIFY. */
  async poll(): Promise<void> {
    if (this.idle) return;
    const rows = await this.repository.seqs(this.watchesAll ? null : [...this.channels.keys()]);
    for (const { account, seq } of rows) {
      const channel = this.channels.get(account);
      if (channel ? Number(seq) > channel.seq : this.watchesAll && Number(seq) > 0)
        this.dirty.add(account);
    }
  }

  /** Reads and delivers what is marked. One at a time, so that events stay in order. */
  async flush(): Promise<void> {
    if (this.reading || this.dirty.size === 0) return;
    this.reading = true;
    const accounts = [...this.dirty];
    this.dirty.clear();
    try {
      const positions = accounts.map((account) => ({
        account,
        seq: this.channelOf(account)?.seq ?? 0,
      }));
      const counts = new Map<string, number>();
      for (const event of await this.repository.after(positions, READ_EVENTS)) {
        counts.set(event.account, (counts.get(event.account) ?? 0) + 1);
        this.deliver(event);
      }
      for (const [account, count] of counts) if (count === READ_EVENTS) this.dirty.add(account);
    } catch (error) {
      // PostgreSQL is away: the marks come back with the next poll, nothing was delivered twice.
      for (const account of accounts) this.dirty.add(account);
      this.logger.warn({ err: error, event: 'live-read-failed' });
    } finally {
      this.reading = false;
    }
  }

  private channelOf(account: string): Channel<S> | undefined {
    const channel = this.channels.get(account);
    if (channel || !this.watchesAll) return channel;
    const made = { seq: 0, sockets: new Set<S>() };
    this.channels.set(account, made);
    return made;
  }

  private deliver(event: StoredEvent): void {
    const channel = this.channels.get(event.account);
    const seq = Number(event.seq);
    if (!channel || seq <= channel.seq) return;
    const gap = seq !== channel.seq + 1;
    channel.seq = seq;
    this.listener?.seen(event);
    for (const socket of channel.sockets) {
      if (socket.data.seq !== null && socket.data.seq >= seq) continue;
      socket.data.seq = seq;
      // Retention removed events in between: what is missing can only be had by REST.
      if (gap) this.listener?.snapshot(socket, seq);
      else this.listener?.deliver(socket, event, seq);
    }
  }

  /** Sends (since, to], or a snapshot where that is impossible. Answers the seq reached. */
  private async replay(socket: S, since: number, to: number): Promise<number> {
    if (since === to) return to;
    const missed = to - since;
    if (missed < 0 || missed > LIVE_LIMITS.replayEventsMax) {
      this.listener?.snapshot(socket, to);
      return to;
    }
    const events = await this.repository.after(
      [{ account: socket.data.accountId, seq: since }],
      missed,
    );
    if (events.length < missed || Number(events[0]?.seq) !== since + 1) {
      this.listener?.snapshot(socket, to);
      return to;
    }
    for (const event of events) this.listener?.deliver(socket, event, Number(event.seq));
    return Number(events.at(-1)?.seq ?? to);
  }
}
