import { LIVE_LIMITS } from '../limits.js';
import type { LiveSocket } from './live.types.js';

/**
 * Bytes that wait for a socket: Engine.IO's queue and the WebSocket's own. A client that reads slower than it is
 * sent to may hold one megabyte; then it is cut, reconnects and replays.
 */
export function waitingBytes(socket: LiveSocket): number {
  let bytes = 0;
  const queued: unknown = Reflect.get(socket.conn, 'writeBuffer');
  if (Array.isArray(queued)) for (const packet of queued) bytes += lengthOf(packet);
  const inner: unknown = Reflect.get(socket.conn.transport, 'socket');
  if (typeof inner === 'object' && inner !== null) {
    const buffered: unknown = Reflect.get(inner, 'bufferedAmount');
    if (typeof buffered === 'number') bytes += buffered;
  }
  return bytes;
}

/** Cuts a socket that reads too slowly. Whether it may still be sent to. */
export function keepsUp(socket: LiveSocket): boolean {
  if (!socket.connected) return false;
  if (waitingBytes(socket) <= LIVE_LIMITS.bufferBytesMax) return true;
  socket.disconnect(true);
  return false;
}

function lengthOf(packet: unknown): number {
  if (typeof packet !== 'object' || packet === null) return 0;
  const data: unknown = Reflect.get(packet, 'data');
  if (typeof data === 'string') return data.length;
  return Buffer.isBuffer(data) ? data.length : 0;
}
