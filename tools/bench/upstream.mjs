// The simulated provider of the bench: a ~1 KB chat completion, or a stream of CHUNKS events every GAP ms.
// It is as cheap as Node allows, so that what is measured is the contestant before it.
import { createServer } from 'node:http';

const CONTENT = 'A weir holds back a river just enough to measure it. '.repeat(12).trim();
const ANSWER = Buffer.from(
  JSON.stringify({
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
  }),
);
const HEADERS = ['content-type', 'application/json', 'content-length', String(ANSWER.length)];

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, HEADERS);
    response.end(ANSWER);
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send({ type: 'ready', port: server.address().port }));
process.on('disconnect', () => process.exit(0));
