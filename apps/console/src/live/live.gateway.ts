import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { z } from 'zod';
import { LIVE_LIMITS } from '../limits.js';
import { DurableTail } from './durable-tail.js';
import { LiveBroadcast } from './live-broadcast.js';
import { LiveBus } from './live-bus.js';
import { LiveSockets } from './live-sockets.js';
import type { LiveNamespace, LiveSocket } from './live.types.js';

const renewMessage = z.strictObject({ token: z.string().max(900) });
const resumeMessage = z.strictObject({ since: z.number().int().nonnegative() });

/** Namespace `/live` (decisions §10): the handshake, the two messages a client may send, and the clocks. */
@WebSocketGateway({ namespace: '/live' })
export class LiveGateway
  implements
    OnGatewayInit<LiveNamespace>,
    OnGatewayConnection<LiveSocket>,
    OnGatewayDisconnect<LiveSocket>,
    OnApplicationBootstrap,
    OnModuleDestroy
{
  private readonly logger = new Logger('Live');
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly sockets: LiveSockets,
    private readonly tail: DurableTail,
    private readonly broadcast: LiveBroadcast,
    private readonly bus: LiveBus,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.bus.start(
      (accountIds) => this.tail.mark(accountIds),
      () => void this.tail.poll().catch(() => undefined),
    );
  }

  afterInit(namespace: LiveNamespace): void {
    namespace.use((socket, next) => {
      this.sockets.admit(socket, namespace).then(
        () => next(),
        (error: unknown) => next(error instanceof Error ? error : new Error('unauthenticated')),
      );
    });
    this.broadcast.start(namespace);
    this.every(LIVE_LIMITS.flushMs, () => this.broadcast.flush());
    this.every(LIVE_LIMITS.pollMs, () => this.tail.poll());
    this.every(LIVE_LIMITS.inflightMs, () => this.broadcast.inflight());
    this.every(LIVE_LIMITS.tickMs, () => this.broadcast.tick());
    this.every(LIVE_LIMITS.tickMs, () => this.sockets.cutExpired(namespace));
    this.every(LIVE_LIMITS.sessionCheckMs, () => this.sockets.checkSessions(namespace));
  }

  async handleConnection(socket: LiveSocket): Promise<void> {
    socket.use((packet, next) => {
      if (this.sockets.guardMessage(socket, packet)) next();
    });
    await this.sockets.enterRooms(socket);
    await this.broadcast.welcome(socket);
    await this.broadcast.followOperators();
  }

  async handleDisconnect(socket: LiveSocket): Promise<void> {
    this.tail.leave(socket);
    await this.broadcast.followOperators();
  }

  @SubscribeMessage('session.renew')
  async renew(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() message: unknown,
  ): Promise<{ ok: boolean; expires_in?: number }> {
    const parsed = renewMessage.safeParse(message);
    if (!parsed.success) return { ok: false };
    const result = await this.sockets.renew(socket, parsed.data.token);
    await this.broadcast.followOperators();
    return result;
  }

  @SubscribeMessage('resume')
  async resume(
    @ConnectedSocket() socket: LiveSocket,
    @MessageBody() message: unknown,
  ): Promise<void> {
    const parsed = resumeMessage.safeParse(message);
    if (!parsed.success) return;
    this.tail.leave(socket);
    socket.data.since = parsed.data.since;
    socket.data.seq = null;
    await this.tail.join(socket);
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** Runs a task on a clock, never twice at once; a failure is logged and the next turn tries again. */
  private every(periodMs: number, task: () => void | Promise<void>): void {
    let running = false;
    let failing = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      Promise.resolve()
        .then(task)
        .then(
          () => {
            failing = false;
          },
          (error: unknown) => {
            // Said once: while PostgreSQL is away every turn fails alike.
            if (!failing) this.logger.warn({ err: error, event: 'live-task-failed' });
            failing = true;
          },
        )
        .finally(() => {
          running = false;
        });
    }, periodMs);
    this.timers.push(timer);
  }
}
