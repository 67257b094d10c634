import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChunkedBody } from './chunked-body.js';

const bytes = (text: string): Buffer => Buffer.from(text);
let server: Server;
let port: number;
let answer: (body: ChunkedBody) => void;
beforeEach(async () => {
  server = createServer((_req, res) => {
    answer(new ChunkedBody(res));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('arrives whole, with its trailer, and keeps the connection for the next answer', async () => {
  answer = (body) => {
    body.open(200, ['content-type', 'text/event-stream']);
    body.write(bytes('data: ä\n\n'));
    body.write(bytes(''));
    body.write(Buffer.alloc(70_000, 120));
    body.end(bytes('data: [DONE]\n\n'), 'x-weir-stop: budget');
  };
  const sockets = new Set<unknown>();
  const get = () =>
    new Promise<{ text: string; trailer: string | undefined }>((resolve, reject) => {
      const req = request({ port, host: '127.0.0.1', agent: undefined }, (res) => {
        sockets.add(res.socket);
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => {
          resolve({
            text: Buffer.concat(parts).toString(),
            trailer: res.trailers['x-weir-stop'],
          });
        });
      });
      req.on('error', reject);
      req.end();
    });
  for (let i = 0; i < 2; i++) {
    const { text, trailer } = await get();
    expect(text).toBe(`data: ä\n\n${'x'.repeat(70_000)}data: [DONE]\n\n`);
    expect(trailer).toBe('budget');
  }
  expect(sockets.size).toBe(1);
});

it.each([
  ['HTTP/1.1', 'transfer-encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'],
  ['HTTP/1.0', 'connection: close', 'abc'],
])('is framed as %s has it', async (version, header, body) => {
  answer = (chunked) => {
    chunked.open(200, []);
    chunked.write(bytes('abc'));
    chunked.end(null);
  };
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET / ${version}\r\nhost: x\r\nconnection: close\r\n\r\n`);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  const [head = '', rest] = Buffer.concat(parts)
    .toString()
    .split(/\r\n\r\n(.*)/s);
  expect(head.toLowerCase()).toContain(header);
  expect(rest).toBe(body);
});
