import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { Redis } from 'ioredis';
import { Server, type ServerOptions } from 'socket.io';
import { isOwnOrigin } from '../auth/refresh-cookie.js';
import { LIVE_LIMITS } from '../limits.js';

/**
 * Socket.IO as the console allows it: own origin only, small frames, no recovery of connection state (it would
 * send missed packets before the token is looked at, E-T3), and nothing at all outside `/live`.
 */
export class LiveAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly publicUrl: string,
    private readonly redis: Redis | null,
  ) {
    super(app);
  }

  override createIOServer(_port: number, options: Partial<ServerOptions> = {}): Server {
    const server = new Server(this.httpServer, {
      ...options,
      serveClient: false,
      maxHttpBufferSize: LIVE_LIMITS.frameBytesMax,
      connectTimeout: LIVE_LIMITS.handshakeMs,
      pingInterval: 20_000,
      pingTimeout: 20_000,
      perMessageDeflate: false,
      allowRequest: (request: IncomingMessage, answer: (error: string | null, ok: boolean) => void) => {
        const { origin, host } = request.headers;
        answer(null, origin === undefined || isOwnOrigin(origin, host, this.publicUrl));
      },
      // Announcements and catalogue changes cross consoles; accounts' events never need to: each console reads them itself.
      ...(this.redis ? { adapter: createAdapter(this.redis) } : {}),
    });
    server.of('/').use((_socket, next) => {
      next(new Error('Use the namespace /live.'));
    });
    return server;
  }
}
