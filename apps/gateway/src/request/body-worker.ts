import { parentPort } from 'node:worker_threads';
import type { WorkerQuestion, WorkerAnswer } from './body-worker.types.js';
import { readCall } from './read-call.js';

/** The thread that reads large bodies: 10 MB of JSON would hold every stream of the process for 50 ms. */
parentPort?.on('message', ({ id, spec, bytes }: WorkerQuestion) => {
  const read = readCall(spec, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const answer: WorkerAnswer =
    'code' in read
      ? { id, problem: read }
      : {
          id,
          object: read.object,
          reading: read.reading,
          marksCache: read.marksCache,
          streamOptions: streamOptionsOf(read.parsed),
        };
  parentPort?.postMessage(answer);
});

function streamOptionsOf(parsed: unknown): unknown {
  return typeof parsed === 'object' && parsed !== null && 'stream_options' in parsed
    ? parsed.stream_options
    : undefined;
}
