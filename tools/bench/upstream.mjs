// The simulated provider of the bench: a ~1 KB chat completion for every POST, written straight to the socket, or a
// stream whose pace the request's `user` tells (`"<chunks>/<interval ms>"`). It shares a core with the load generator,
// so each microsecond here would be measured as the contestant's.
import { createServer } from 'node:net';

const CONTENT = 'A weir holds back a river just enough to measure it. '.repeat(12).trim();
const ANSWER = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1760000000,
  model: 'bench',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: CONTENT, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 180,
    completion_tokens: 130,
    total_tokens: 310,
    prompt_tokens_details: { cached_tokens: 0 },
  },
  system_fingerprint: 'fp_bench',
});
const RESPONSE = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(ANSWER)}\r\n` +
    `connection: keep-alive\r\n\r\n${ANSWER}`,
);

/** Bytes of the first request in `bytes` if it is complete, else 0. */
function requestLength(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const found = /content-length: *(\d+)/i.exec(bytes.latin1Slice(0, end));
  const total = end + 4 + Number(found?.[1] ?? 0);
  return bytes.length >= total ? total : 0;
}

const STREAM_HEAD = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
);
const CHUNK_HEAD =
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench","choices":[{"index":0,"delta":{"content":"';
const LAST_EVENTS =
  `${CHUNK_HEAD.slice(0, CHUNK_HEAD.indexOf('{"content'))}{},"finish_reason":"stop"}]}\n\n` +
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1760000000,"model":"bench","choices":[],"usage":{"prompt_tokens":180,"completion_tokens":50,"total_tokens":230}}\n\n' +
  'data: [DONE]\n\n';

const chunked = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** Sends `chunks` events, one each `intervalMs`; each carries the instant it was sent, µs since the epoch. */
function stream(socket, chunks, intervalMs) {
  socket.write(STREAM_HEAD);
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < chunks) {
      sent++;
      const at = Math.round((performance.timeOrigin + performance.now()) * 1000);
      socket.write(chunked(`${CHUNK_HEAD}@${at} "},"finish_reason":null}]}\n\n`));
      return;
    }
    clearInterval(timer);
    socket.write(`${chunked(LAST_EVENTS)}0\r\n\r\n`);
  }, intervalMs);
  socket.once('close', () => clearInterval(timer));
}

const server = createServer({ noDelay: true }, (socket) => {
  let rest = null;
  socket.on('data', (chunk) => {
    let bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
    for (let length = requestLength(bytes); length > 0; length = requestLength(bytes)) {
      const pace = /"user":"(\d+)\/(\d+)"/.exec(bytes.latin1Slice(0, length));
      if (pace === null) socket.write(RESPONSE);
      else stream(socket, Number(pace[1]), Number(pace[2]));
      bytes = bytes.subarray(length);
    }
    rest = bytes.length === 0 ? null : bytes;
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }));
process.on('disconnect', () => process.exit(0));
