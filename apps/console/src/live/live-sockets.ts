import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { AccessTokens } from '../auth/access-tokens.js';
import { Identities } from '../auth/identities.js';
import { allows } from '../http/access.js';
import { LIVE_LIMITS } from '../limits.js';
import { accountRoom, OPERATORS_ROOM, type LiveNamespace, type LiveSocket } from './live.types.js';

const handshake = z.object({
  token: z.string().max(4_096),
  since: z.number().int().nonnegative().optional(),
});

/** Error that a refused client sees as `connect_error`; `data.code` is stable. */
class Refused extends Error {
  readonly data: { readonly code: string };
  constructor(code: string) {
    super(code);
    this.data = { code };
  }
}

/**
 * Who may hold a socket, and for how long. A socket lives as its token does, unless renewed; the session behind
 * it is looked at every two seconds, so that logging out, a changed password and a disabled user cut it (E-A8).
 */
@Injectable()
export class LiveSockets {
  private readonly logger = new Logger('Live');

  constructor(
    private readonly tokens: AccessTokens,
    private readonly identities: Identities,
  ) {}

  /** Authenticates a handshake and fills in what the server knows; throws what the client is told. */
  async admit(socket: LiveSocket, namespace: LiveNamespace): Promise<void> {
    const auth = handshake.safeParse(socket.handshake.auth);
    if (!auth.success) throw new Refused('unauthenticated');
    if (namespace.sockets.size >= LIVE_LIMITS.socketsMax) throw new Refused('overloaded');
    const claims = this.tokens.verify(auth.data.token);
    const identity = claims && (await this.identities.of(claims));
    if (!claims || !identity || identity.mustChangePassword) throw new Refused('unauthenticated');
    let own = 0;
    for (const other of namespace.sockets.values())
      if (other.data.userId === identity.userId) own += 1;
    if (own >= LIVE_LIMITS.socketsPerUserMax) throw new Refused('too_many_sockets');
    Object.assign(socket.data, {
      userId: identity.userId,
      accountId: identity.accountId,
      sessionFamily: identity.sessionFamily,
      tokenVersion: claims.ver,
      role: identity.role,
      expiresAtMs: claims.exp * 1_000,
      since: auth.data.since === undefined || auth.data.since === 0 ? null : auth.data.since,
      seq: null,
      messages: 0,
      windowMs: 0,
    } satisfies LiveSocket['data']);
  }

  /** Rooms come from the token alone; a client cannot name one (E-T2). */
  async enterRooms(socket: LiveSocket): Promise<void> {
    await socket.join(accountRoom(socket.data.accountId));
    if (allows('operator', socket.data.role)) await socket.join(OPERATORS_ROOM);
    else await socket.leave(OPERATORS_ROOM);
  }

  /** Counts one message; a socket that sends too many or too large ones is cut (E-T5). */
  guardMessage(socket: LiveSocket, packet: readonly unknown[]): boolean {
    const now = Date.now();
    if (now - socket.data.windowMs >= 1_000) {
      socket.data.windowMs = now;
      socket.data.messages = 0;
    }
    socket.data.messages += 1;
    const tooMany = socket.data.messages > LIVE_LIMITS.messagesPerSecondMax;
    if (!tooMany && bytesOf(packet) <= LIVE_LIMITS.messageBytesMax) return true;
    this.logger.warn({ event: 'socket-flood', userId: socket.data.userId });
    socket.disconnect(true);
    return false;
  }

  /** A newer token of the same user prolongs the socket; anything else changes nothing. */
  async renew(socket: LiveSocket, token: string): Promise<{ ok: boolean; expires_in?: number }> {
    const claims = this.tokens.verify(token);
    const identity = claims && (await this.identities.of(claims));
    if (!claims || !identity) return { ok: false };
    if (identity.userId !== socket.data.userId) return { ok: false };
    socket.data.sessionFamily = identity.sessionFamily;
    socket.data.expiresAtMs = claims.exp * 1_000;
    socket.data.tokenVersion = claims.ver;
    socket.data.role = identity.role;
    await this.enterRooms(socket);
    return { ok: true, expires_in: Math.floor((socket.data.expiresAtMs - Date.now()) / 1_000) };
  }

  /** Cuts the sockets whose token has ended. */
  cutExpired(namespace: LiveNamespace): void {
    const now = Date.now();
    for (const socket of namespace.sockets.values())
      if (socket.data.expiresAtMs <= now) socket.disconnect(true);
  }

  /** Cuts the sockets whose session has ended, and follows changed roles. */
  async checkSessions(namespace: LiveNamespace): Promise<void> {
    const sockets = [...namespace.sockets.values()];
    if (sockets.length === 0) return;
    const good = await this.identities.stillGood(
      sockets.map(({ data }) => ({
        sub: data.userId,
        sid: data.sessionFamily,
        ver: data.tokenVersion,
      })),
    );
    for (const socket of sockets) {
      const identity = good.get(`${socket.data.userId}:${socket.data.sessionFamily}`);
      if (!identity) socket.disconnect(true);
      else if (identity.role !== socket.data.role) {
        socket.data.role = identity.role;
        await this.enterRooms(socket);
      }
    }
  }
}

/** Size of a message as sent; anything that is not plain JSON, such as binary parts, is too large. */
function bytesOf(packet: readonly unknown[]): number {
  const parts = packet.filter((part) => typeof part !== 'function');
  if (parts.some((part) => Buffer.isBuffer(part))) return Infinity;
  return Buffer.byteLength(JSON.stringify(parts));
}
