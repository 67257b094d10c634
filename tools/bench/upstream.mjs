// The simulated provider of the bench: a ~1 KB chat completion for every POST, written straight to the socket. It
// shares a core with the load generator, so each microsecond here would be measured as the contestant's.
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

const server = createServer({ noDelay: true }, (socket) => {
  let rest = null;
  socket.on('data', (chunk) => {
    let bytes = rest === null ? chunk : Buffer.concat([rest, chunk]);
    for (let length = requestLength(bytes); length > 0; length = requestLength(bytes)) {
      socket.write(RESPONSE);
      bytes = bytes.subarray(length);
    }
    rest = bytes.length === 0 ? null : bytes;
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }));
process.on('disconnect', () => process.exit(0));
