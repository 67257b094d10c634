import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectionWatch } from './connection-watch.js';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

function watchOf(isProxy = false): ConnectionWatch {
  return new ConnectionWatch({
    incompleteMax: 2,
    writeIdleMs: 60_000,
    isProxy: () => isProxy,
    graceMs: 1_000,
  });
}

/** A connection opened at instant 0. */
function opened(watch: ConnectionWatch): Socket {
  const socket = new Socket();
  sockets.push(socket);
  watch.opened(socket, 0);
  return socket;
}

function asks(watch: ConnectionWatch, socket: Socket, complete: boolean): IncomingMessage {
  const req = new IncomingMessage(socket);
  req.complete = complete;
  watch.asked(req);
  return req;
}

const destroyed = (all: readonly Socket[]): boolean[] => all.map((socket) => socket.destroyed);

describe('connections without a complete request', () => {
  it('of one address are cut above the limit, the oldest kept', () => {
    const watch = watchOf();
    const all = [opened(watch), opened(watch), opened(watch), opened(watch)];
    watch.sweep(999);
    expect(destroyed(all)).toEqual([false, false, false, false]);
    watch.sweep(1_000);
    expect(destroyed(all)).toEqual([false, false, true, true]);
  });

  it('are those whose body does not come, too', () => {
    const watch = watchOf();
    const all = [opened(watch), opened(watch), opened(watch)];
    for (const socket of all) asks(watch, socket, false);
    watch.sweep(500);
    watch.sweep(1_000);
    expect(destroyed(all)).toEqual([false, false, true]);
  });

  it('are not those that idle between two requests', () => {
    const watch = watchOf();
    const all = [opened(watch), opened(watch), opened(watch)];
    for (const socket of all) asks(watch, socket, true);
    watch.sweep(500);
    watch.sweep(10_000);
    expect(destroyed(all)).toEqual([false, false, false]);
    // The next request counts again from when it was seen.
    for (const socket of all) asks(watch, socket, false);
    watch.sweep(20_000);
    expect(destroyed(all)).toEqual([false, false, false]);
    watch.sweep(21_000);
    expect(destroyed(all)).toEqual([false, false, true]);
  });

  it('may be any number where a trusted proxy holds them', () => {
    const watch = watchOf(true);
    const all = [opened(watch), opened(watch), opened(watch)];
    watch.sweep(5_000);
    expect(destroyed(all)).toEqual([false, false, false]);
  });
});

describe('a client that stopped reading', () => {
  it('has a deadline as long as bytes wait for it', () => {
    const watch = watchOf();
    const socket = opened(watch);
    asks(watch, socket, true);
    watch.sweep(1_000);
    expect(socket.timeout ?? 0).toBe(0);
    socket.cork();
    socket.write('an answer');
    expect(socket.writableLength).toBeGreaterThan(0);
    watch.sweep(2_000);
    expect(socket.timeout).toBe(60_000);
  });
});
