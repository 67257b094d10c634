import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayLimits } from '../limits.js';
import { ConnectionWatch } from './connection-watch.js';

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

/** What the server itself enforces. */
export type ServerLimits = Pick<
  GatewayLimits,
  | 'connectionsCheckMs'
  | 'headMs'
  | 'bodyTotalMs'
  | 'keepAliveMs'
  | 'headBytesMax'
  | 'headersMax'
  | 'incompleteConnectionsPerAddress'
  | 'writeIdleMs'
>;

/**
 * The HTTP server under Nest's Fastify adapter. `/v1/*` leaves it before Fastify's router: hooks, request and
 * reply objects cost about as much CPU as the proxying itself. Slow senders are cut by Node's own checks.
 */
export function createGatewayServer(
  slot: FastLaneSlot,
  fallback: RequestHandler,
  limits: ServerLimits,
  isProxy: (address: string) => boolean,
): Server {
  const watch = new ConnectionWatch({
    incompleteMax: limits.incompleteConnectionsPerAddress,
    writeIdleMs: limits.writeIdleMs,
    isProxy,
  });
  const server = createServer(
    {
      keepAlive: true,
      noDelay: true,
      connectionsCheckingInterval: limits.connectionsCheckMs,
      headersTimeout: limits.headMs,
      requestTimeout: limits.bodyTotalMs,
      keepAliveTimeout: limits.keepAliveMs,
      maxHeaderSize: limits.headBytesMax,
      requireHostHeader: true,
      insecureHTTPParser: false,
    },
    (req, res) => {
      watch.asked(req);
      if (req.httpVersionMajor < 1) {
        // A request line without a version: HTTP/0.9, which nobody speaks honestly (E-H3).
        res.socket?.end(
          'HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
        );
        return;
      }
      if (req.rawHeaders.length > 2 * limits.headersMax) {
        res.socket?.end(
          'HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
        );
        return;
      }
      if (slot.lane !== null && slot.lane.handle(req, res)) return;
      fallback(req, res);
    },
  );
  // Node drops what is above its count in silence: one more than we take is how we notice.
  server.maxHeadersCount = limits.headersMax + 1;
  const sweep = setInterval(() => {
    watch.sweep(performance.now());
  }, limits.connectionsCheckMs);
  sweep.unref();
  server.on('close', () => {
    clearInterval(sweep);
  });
  server.on('connection', (socket: Socket) => {
    watch.opened(socket, performance.now());
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
