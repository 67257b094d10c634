import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayLimits } from '../limits.js';
import { SilentConnections } from './silent-connections.js';

/** Takes a request of the hot path before Fastify sees it; false = not ours. */
export interface FastLane {
  handle(req: IncomingMessage, res: ServerResponse): boolean;
}

/** Fastify's own handler. */
export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

/** Whoever serves `/v1/*` registers here once Nest has built it. */
export class FastLaneSlot {
  lane: FastLane | null = null;
}

const SWEEP_MS = 1_000;

/**
 * The HTTP server under Nest's Fastify adapter. `/v1/*` leaves it before Fastify's router: hooks, request and
 * reply objects cost about as much CPU as the proxying itself. Slow senders are cut by Node's own checks.
 */
export function createGatewayServer(
  slot: FastLaneSlot,
  fallback: RequestHandler,
  limits: Pick<GatewayLimits, 'idleConnectionsPerAddress'>,
): Server {
  const silent = new SilentConnections(limits.idleConnectionsPerAddress);
  const server = createServer(
    {
      keepAlive: true,
      noDelay: true,
      connectionsCheckingInterval: 1_000,
      headersTimeout: 10_000,
      requestTimeout: 120_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    (req, res) => {
      silent.spoke(req.socket);
      if (req.httpVersionMajor < 1) {
        // A request line without a version: HTTP/0.9, which nobody speaks honestly (E-H3).
        res.socket?.end(
          'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
        );
        return;
      }
      if (slot.lane !== null && slot.lane.handle(req, res)) return;
      fallback(req, res);
    },
  );
  server.maxHeadersCount = 100;
  const sweep = setInterval(() => {
    silent.sweep(performance.now());
  }, SWEEP_MS);
  sweep.unref();
  server.on('close', () => {
    clearInterval(sweep);
  });
  server.on('connection', (socket: Socket) => {
    silent.opened(socket, performance.now());
  });
  server.on('upgrade', (_req: IncomingMessage, socket: Socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  return server;
}

/** Bytes that are not HTTP get one plain answer; nothing of them is echoed. Given to Fastify, which registers it. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_PARSER_ERROR.get(error.code ?? '') ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

const STATUS_BY_PARSER_ERROR: ReadonlyMap<string, string> = new Map([
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
]);
