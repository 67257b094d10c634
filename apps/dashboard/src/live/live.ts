import { computed, DestroyRef, effect, inject, Service, signal, untracked } from '@angular/core';
import type { Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '@weir/contracts';
import { Session } from '../session/session';
import { Clock } from '../ui/clock';
import { indicatorOf, retryInSeconds, type ConnectionFacts } from './indicator';
import { LiveEvents, type LiveEventName, type LivePayload } from './live-events';
import { SeqTracker } from './seq-tracker';

type LiveSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

const POLL_MS = 30_000;
const HIDDEN_MS = 5 * 60_000;
const STALE_MS = 60_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

/**
 * The connection to `/live`: durable events in order and once by `seq`, ephemeral ones as they come,
 * and the facts from which the indicator tells its state. `refresh` asks every store to read REST again:
 * after a snapshot, and every 30 seconds as a safety net.
 */
@Service()
export class Live {
  private readonly session = inject(Session);
  private readonly clock = inject(Clock);
  private readonly events = new LiveEvents();
  private readonly tracker = new SeqTracker();
  private readonly facts = signal<ConnectionFacts>({
    connected: false,
    downSinceMs: null,
    retryAtMs: null,
    restAnswers: true,
    paused: null,
  });
  private readonly refreshes = signal(0);
  private readonly updatedMs = signal<number | null>(null);
  private socket: LiveSocket | null = null;
  private started = false;
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;

  readonly indicator = computed(() => indicatorOf(this.facts(), this.clock.nowMs()));
  private readonly state = computed(() => this.indicator().state);
  readonly retryIn = computed(() => retryInSeconds(this.facts(), this.clock.nowMs()));
  readonly connected = computed(() => this.facts().connected);
  /** Counts up when stores shall read REST again. */
  readonly refresh = this.refreshes.asReadonly();
  /** When data last came in, by socket or REST. Milliseconds of the Unix epoch. */
  readonly lastUpdatedMs = this.updatedMs.asReadonly();
  /** Data is older than a minute. */
  readonly stale = computed(() => {
    const updated = this.updatedMs();
    return updated !== null && this.clock.nowMs() - updated > STALE_MS && !this.facts().connected;
  });

  constructor() {
    const poll = setInterval(() => this.poll(), POLL_MS);
    document.addEventListener('visibilitychange', () => this.watchHidden());
    inject(DestroyRef).onDestroy(() => clearInterval(poll));
    // The first look by REST tells Polling from Offline.
    effect(() => {
      if (this.state() === 'polling') untracked(() => this.poll());
    });
    effect(() => {
      const token = this.session.token();
      const usable = this.session.usable();
      untracked(() => (token && usable ? this.renew(token) : this.leave()));
    });
  }

  /** Connects, once the newest `seq` known from REST is at hand; 0 = none. */
  start(seq: number): void {
    this.tracker.startAfter(seq);
    if (this.started) return;
    this.started = true;
    void this.connect();
  }

  /** Hears an event for as long as `owner` lives. */
  on<E extends LiveEventName>(
    name: E,
    hear: (payload: LivePayload<E>) => void,
    owner: DestroyRef,
  ): void {
    owner.onDestroy(this.events.on(name, hear));
  }

  /** A REST answer came through, or not. */
  restAnswered(answered: boolean): void {
    if (answered) this.updatedMs.set(Date.now());
    this.change({ restAnswers: answered });
  }

  /** Tries at once: "Retry now", or a click on the paused indicator. */
  retryNow(): void {
    this.change({ paused: null, downSinceMs: this.facts().downSinceMs ?? Date.now() });
    this.refreshes.update((count) => count + 1);
    void this.connect();
  }

  private async connect(): Promise<void> {
    clearTimeout(this.retryTimer);
    this.change({ retryAtMs: null, downSinceMs: this.facts().downSinceMs ?? Date.now() });
    const socket = (this.socket ??= await this.open());
    if (!this.started) return;
    if (!socket.connected) socket.connect();
  }

  private async open(): Promise<LiveSocket> {
    const { io } = await import('socket.io-client');
    const socket: LiveSocket = io('/live', {
      transports: ['websocket'],
      autoConnect: false,
      reconnection: false,
      auth: (give) => give({ token: this.session.token(), since: this.tracker.since }),
    });
    socket.on('connect', () => this.joined());
    socket.on('disconnect', (reason) => this.lost(reason === 'io server disconnect'));
    socket.on('connect_error', () => this.lost(true));
    socket.on('welcome', (welcome) => {
      if (this.tracker.since === 0) this.tracker.startAfter(welcome.seq);
      this.updatedMs.set(Date.now());
    });
    socket.on('snapshot', ({ seq }) => {
      this.tracker.startAfter(seq);
      this.refreshes.update((count) => count + 1);
    });
    socket.on('paused', () => {
      this.change({ paused: 'server' });
      socket.disconnect();
    });
    this.forward(socket);
    return socket;
  }

  private forward(socket: LiveSocket): void {
    socket.on('request.completed', (event) => this.durable('request.completed', event.seq, event));
    socket.on('balance.updated', (event) => this.durable('balance.updated', event.seq, event));
    socket.on('budget.updated', (event) => this.durable('budget.updated', event.seq, event));
    socket.on('budget.alert', (event) => this.durable('budget.alert', event.seq, event));
    socket.on('notification.created', (event) =>
      this.durable('notification.created', event.seq, event),
    );
    socket.on('key.changed', (event) => this.durable('key.changed', event.seq, event));
    socket.on('inflight.updated', (event) => this.ephemeral('inflight.updated', event));
    socket.on('stats.tick', (event) => this.ephemeral('stats.tick', event));
    socket.on('feed.rows', (event) => this.ephemeral('feed.rows', event));
    socket.on('endpoint.health', (event) => this.ephemeral('endpoint.health', event));
    socket.on('price.changed', (event) => this.ephemeral('price.changed', event));
    socket.on('template.changed', (event) => this.ephemeral('template.changed', event));
    socket.on('announcement', (event) => this.ephemeral('announcement', event));
  }

  /** Applies an event once and in order; a hole is asked for, and closes before anything later counts. */
  private durable<E extends LiveEventName>(name: E, seq: number, event: LivePayload<E>): void {
    const verdict = this.tracker.accept(seq);
    if (verdict === 'gap') this.socket?.emit('resume', { since: this.tracker.since });
    if (verdict === 'apply') this.ephemeral(name, event);
  }

  private ephemeral<E extends LiveEventName>(name: E, event: LivePayload<E>): void {
    this.updatedMs.set(Date.now());
    this.events.emit(name, event);
  }

  private joined(): void {
    this.attempt = 0;
    this.change({ connected: true, downSinceMs: null, retryAtMs: null, paused: null });
  }

  private lost(maybeRefused: boolean): void {
    if (!this.started || this.facts().paused) {
      this.change({ connected: false });
      return;
    }
    const delay = RETRY_MS[Math.min(this.attempt, RETRY_MS.length - 1)] ?? 15_000;
    this.attempt += 1;
    const now = Date.now();
    this.change({
      connected: false,
      downSinceMs: this.facts().downSinceMs ?? now,
      retryAtMs: now + delay,
    });
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      const ready = maybeRefused && this.attempt > 1 ? this.session.renew() : Promise.resolve(true);
      void ready.then(() => this.connect());
    }, delay);
  }

  private renew(token: string): void {
    if (!this.socket?.connected) return;
    this.socket.emit('session.renew', { token }, ({ ok }) => {
      if (!ok) this.socket?.disconnect().connect();
    });
  }

  private leave(): void {
    if (!this.started || this.session.status() === 'expired') return;
    this.started = false;
    clearTimeout(this.retryTimer);
    this.socket?.disconnect();
    this.socket = null;
    this.tracker.reset();
    this.updatedMs.set(null);
    this.change({ connected: false, downSinceMs: null, retryAtMs: null, paused: null });
  }

  private poll(): void {
    if (!this.started || this.facts().paused || document.hidden) return;
    this.refreshes.update((count) => count + 1);
  }

  private watchHidden(): void {
    clearTimeout(this.hiddenTimer);
    if (!document.hidden || !this.started) return;
    this.hiddenTimer = setTimeout(() => {
      this.change({ paused: 'hidden' });
      this.socket?.disconnect();
    }, HIDDEN_MS);
  }

  private change(facts: Partial<ConnectionFacts>): void {
    this.facts.update((known) => ({ ...known, ...facts }));
  }
}
