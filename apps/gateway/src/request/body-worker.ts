import { parentPort } from 'node:worker_threads';
import { pairOf } from '@weir/providers';
import type {
  BodyFound,
  ReadQuestion,
  TranslateQuestion,
  WorkerAnswer,
  WorkerQuestion,
} from './body-worker.types.js';
import { readCall } from './read-call.js';

/** The thread that reads and translates large bodies: 10 MB of JSON would hold every stream of the process for 50 ms. */
parentPort?.on('message', (question: WorkerQuestion) => {
  parentPort?.postMessage(question.task === 'read' ? read(question) : translate(question));
});

function read({ id, spec, bytes }: ReadQuestion): WorkerAnswer {
  return { id, found: foundIn(readCall(spec, asBuffer(bytes))) };
}

function foundIn(call: ReturnType<typeof readCall>): BodyFound {
  if ('code' in call) return { problem: call };
  const { object, reading, marksCache, parsed } = call;
  return { object, reading, marksCache, streamOptions: streamOptionsOf(parsed) };
}

/** The body was read here before, so it is JSON. */
function translate({ id, client, upstream, input }: TranslateQuestion): WorkerAnswer {
  const pair = pairOf(client, upstream);
  if (pair === null) throw new Error(`There is no way from ${client} to ${upstream}.`);
  const parsed: unknown = JSON.parse(asBuffer(input.body).toString());
  return { id, request: pair.request({ ...input, parsed }) };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function streamOptionsOf(parsed: unknown): unknown {
  return typeof parsed === 'object' && parsed !== null && 'stream_options' in parsed
    ? parsed.stream_options
    : undefined;
}
