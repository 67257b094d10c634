// The yardstick: the least a Node proxy can do. One undici pool, `dispatch`, headers and bytes handed on.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
const require = createRequire(new URL('../../apps/gateway/package.json', import.meta.url));
const { Pool } = require('undici');

const pool = new Pool(process.env.BENCH_UPSTREAM, { connections: 4_096, pipelining: 1 });

/** One exchange: the upstream's answer goes to the client as it comes. */
class Relay {
  constructor(response) {
    this.response = response;
  }
  onRequestStart() {}
  onResponseStart(controller, status, headers) {
    const length = headers['content-length'];
    this.response.writeHead(status, {
      'content-type': headers['content-type'],
      ...(length === undefined ? {} : { 'content-length': length }),
    });
  }
  onResponseData(controller, chunk) {
    if (!this.response.write(chunk)) {
      controller.pause();
      this.response.once('drain', () => controller.resume());
    }
  }
  onResponseEnd() {
    this.response.end();
  }
  onResponseError(controller, error) {
    this.response.destroy(error);
  }
}

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (chunk) => parts.push(chunk));
  request.on('end', () => {
    const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    pool.dispatch(
      {
        path: request.url,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
        body,
      },
      new Relay(response),
    );
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }));
process.on('disconnect', () => process.exit(0));
