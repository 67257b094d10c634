import { Server as HttpServer, type IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server, type ServerOptions } from 'socket.io';
import { isOwnOrigin } from '../auth/refresh-cookie.js';
import { LIVE_LIMITS } from '../limits.js';

/**
 * Socket.IO as the console allows it: own origin only, small frames, no recovery of connection state (it would
 * send missed packets before the token is looked at, E-T3), and nothing at all outside `/live`.
 */
export class LiveAdapter extends IoAdapter {
  private readonly redis: Redis | null;

  constructor(
    app: INestApplicationContext,
    private readonly publicUrl: string,
    redisUrl: string | null,
  ) {
    super(app);
    this.redis = redisUrl === null ? null : new Redis(redisUrl);
    // ioredis reconnects by itself; without a listener a break would end the process.
    this.redis?.on('error', () => undefined);
  }

  override async close(server: Server): Promise<void> {
    await super.close(server);
    this.redis?.disconnect();
  }

  private get ownHttpServer(): HttpServer {
    const server: unknown = this.httpServer;
    if (!(server instanceof HttpServer))
      throw new Error('Live events share the console’s HTTP server.');
    return server;
  }

  override createIOServer(_port: number, options: Partial<ServerOptions> = {}): Server {
    const server = new Server(this.ownHttpServer, {
      ...options,
      serveClient: false,
      maxHttpBufferSize: LIVE_LIMITS.frameBytesMax,
      connectTimeout: LIVE_LIMITS.handshakeMs,
      pingInterval: 20_000,
      pingTimeout: 20_000,
      perMessageDeflate: false,
      allowRequest: (
        request: IncomingMessage,
        answer: (error: string | null, ok: boolean) => void,
      ) => {
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
