// The load generator: raw keep-alive sockets with a pre-rendered request, so that it costs little and shows stalls.
import { connect } from 'node:net';

/** Renders one POST of a ~1 KB chat request; with a pace it asks for a stream of so many chunks, so far apart. */
export function renderRequest({ port, path, key, model, pace }) {
  const body = JSON.stringify({
    model,
    max_tokens: 200,
    ...(pace === undefined
      ? {}
      : {
          stream: true,
          user: `${pace.chunks}/${pace.intervalMs}`,
          stream_options: { include_usage: true },
        }),
    messages: [
      { role: 'system', content: 'You are a patient engineer. '.repeat(10) },
      { role: 'user', content: 'Explain how a weir measures the flow of a river. '.repeat(10) },
    ],
  });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** One keep-alive connection that sends the next request when told to. Answers must carry content-length. */
class Connection {
  constructor(port, request) {
    this.request = request;
    this.waiting = null;
    this.head = '';
    this.left = -1;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => this.read(chunk));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('connection closed')));
  }
  send() {
    this.sentAt = performance.now();
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(this.request);
    });
  }
  read(chunk) {
    if (this.left < 0) {
      this.head += chunk.latin1Slice();
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.status = Number(this.head.slice(9, 12));
      const length = /content-length: *(\d+)/i.exec(this.head);
      if (!length) return this.fail(new Error(`no content-length in ${this.head}`));
      this.left = Number(length[1]) - (this.head.length - end - 4);
      this.head = '';
    } else {
      this.left -= chunk.length;
    }
    if (this.left > 0) return;
    this.left = -1;
    const { resolve } = this.waiting;
    this.waiting = null;
    resolve({ status: this.status, ms: performance.now() - this.sentAt });
  }
  fail(error) {
    this.waiting?.reject(error);
    this.waiting = null;
  }
  close() {
    this.socket.destroy();
  }
}

/** Closed loop: `connections` at once for `ms`. Returns requests done, seconds and how many were not 200. */
export async function saturate({ port, request, connections, ms }) {
  const all = Array.from({ length: connections }, () => new Connection(port, request));
  const until = performance.now() + ms;
  let done = 0;
  let failed = 0;
  const startedAt = performance.now();
  await Promise.all(
    all.map(async (connection) => {
      while (performance.now() < until) {
        const { status } = await connection.send();
        done++;
        if (status !== 200) failed++;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  for (const connection of all) connection.close();
  return { done, failed, seconds };
}

/** Open loop: `rate` requests a second whatever the answers do. Returns the latencies in ms, sorted. */
export async function trickle({ port, request, rate, ms, connections = 32 }) {
  const idle = Array.from({ length: connections }, () => new Connection(port, request));
  const all = [...idle];
  const latencies = [];
  let failed = 0;
  const pending = [];
  const startedAt = performance.now();
  let sent = 0;
  while (performance.now() - startedAt < ms) {
    const due = Math.floor(((performance.now() - startedAt) * rate) / 1000);
    while (sent < due) {
      sent++;
      const connection = idle.pop() ?? all[all.push(new Connection(port, request)) - 1];
      pending.push(
        connection.send().then((answer) => {
          latencies.push(answer.ms);
          if (answer.status !== 200) failed++;
          idle.push(connection);
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(pending);
  for (const connection of all) connection.close();
  return { latencies: latencies.sort((a, b) => a - b), failed };
}

/** The value below which the share `p` (0…1) of sorted figures lies. */
export const quantile = (sorted, p) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
export const median = (figures) =>
  quantile(
    [...figures].sort((a, b) => a - b),
    0.5,
  );
