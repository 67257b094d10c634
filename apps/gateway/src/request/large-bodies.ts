import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { ClientDialect, UpstreamDialect, UpstreamRequest } from '@weir/providers';
import type {
  BodyFound,
  TranslationInput,
  WorkerAnswer,
  WorkerQuestion,
} from './body-worker.types.js';
import type { Call, CallProblem } from './call.js';
import type { BodySpec } from './proxy-route.js';

interface Waiting {
  readonly done: (answer: WorkerAnswer) => void;
  readonly failed: (error: Error) => void;
}

/** Bodies waiting for the thread at once, 25 MB each at the most. */
const WAITING_MAX = 16;

/** The thread has too much to read already, or it died. */
export class LargeBodyError extends Error {}

/** Where the thread's compiled code is, and how it is started. */
export interface ThreadCode {
  readonly url: URL;
  readonly options?: WorkerOptions;
}

/** Reads and translates large bodies in one worker thread, started with the first of them. */
export class LargeBodies {
  readonly #waiting = new Map<number, Waiting>();
  readonly #code: ThreadCode;
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(code: ThreadCode = { url: new URL('./body-worker.js', import.meta.url) }) {
    this.#code = code;
  }

  /** Like `readCall`, beside the event loop. Rejects with LargeBodyError when it cannot be read now. */
  async read(spec: BodySpec, body: Buffer): Promise<Call | CallProblem> {
    const bytes = new Uint8Array(body);
    const answer = await this.#ask((id) => ({ task: 'read', id, spec, bytes }), bytes.buffer);
    if (!('found' in answer)) throw new LargeBodyError('The thread answered something else.');
    return callOf(body, answer.found);
  }

  /** A body in an endpoint's dialect. Rejects with LargeBodyError when it cannot be translated now. */
  async translate(
    client: ClientDialect,
    upstream: UpstreamDialect,
    input: TranslationInput,
  ): Promise<UpstreamRequest> {
    const body = new Uint8Array(input.body);
    const answer = await this.#ask(
      (id) => ({ task: 'translate', id, client, upstream, input: { ...input, body } }),
      body.buffer,
    );
    if (!('request' in answer)) throw new LargeBodyError('The thread answered something else.');
    return answer.request;
  }

  #ask(question: (id: number) => WorkerQuestion, moved: ArrayBuffer): Promise<WorkerAnswer> {
    if (this.#waiting.size >= WAITING_MAX) {
      return Promise.reject(new LargeBodyError('Too many large bodies are waiting.'));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#thread().postMessage(question(id), [moved]);
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #thread(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#code.url, this.#code.options);
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
    this.#waiting.delete(answer.id);
    waiting?.done(answer);
  }

  #died(): void {
    this.#worker = null;
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of all) failed(new LargeBodyError('The reading thread ended.'));
  }
}

function callOf(body: Buffer, found: BodyFound): Call | CallProblem {
  if ('problem' in found) return found.problem;
  const { object, reading, marksCache, streamOptions } = found;
  return {
    body,
    object,
    parsed: { stream_options: streamOptions },
    whole: false,
    reading,
    marksCache,
  };
}
