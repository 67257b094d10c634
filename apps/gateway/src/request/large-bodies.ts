import { Worker } from 'node:worker_threads';
import type { WorkerAnswer, WorkerQuestion } from './body-worker.types.js';
import type { Call, CallProblem } from './call.js';
import type { BodySpec } from './proxy-route.js';

interface Waiting {
  readonly body: Buffer;
  readonly done: (read: Call | CallProblem) => void;
  readonly failed: (error: Error) => void;
}

/** Bodies waiting for the thread at once, 25 MB each at the most. */
const WAITING_MAX = 16;

/** The thread has too much to read already, or it died. */
export class LargeBodyError extends Error {}

/** Reads large bodies in one worker thread, started with the first of them. */
export class LargeBodies {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #lastId = 0;

  /** Like `readCall`, beside the event loop. Rejects with LargeBodyError when it cannot be read now. */
  read(spec: BodySpec, body: Buffer): Promise<Call | CallProblem> {
    if (this.#waiting.size >= WAITING_MAX) {
      return Promise.reject(new LargeBodyError('Too many large bodies are waiting.'));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const bytes = new Uint8Array(body);
    const question: WorkerQuestion = { id, spec, bytes };
    return new Promise((done, failed) => {
      this.#waiting.set(id, { body, done, failed });
      this.#thread().postMessage(question, [bytes.buffer]);
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./body-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', (answer: WorkerAnswer) => {
      this.#answered(answer);
    });
    worker.on('error', () => {
      this.#died();
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#died();
    });
    this.#worker = worker;
    return worker;
  }

  #answered(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    this.#waiting.delete(answer.id);
    if ('problem' in answer) {
      waiting.done(answer.problem);
      return;
    }
    const { object, reading, marksCache, streamOptions } = answer;
    const parsed = { stream_options: streamOptions };
    waiting.done({ body: waiting.body, object, parsed, whole: false, reading, marksCache });
  }

  #died(): void {
    this.#worker = null;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of all) failed(new LargeBodyError('The reading thread ended.'));
  }
}
