import { createWorker, type JobWorker } from '@weir/platform';
import { calmWarning } from './calm-warning.js';
import type { Runtime } from './runtime.js';

/** How one queue is worked on. */
export interface QueueWork {
  readonly queue: string;
  readonly concurrency: number;
  /** What the log says of a job that threw; the queue repeats it. */
  readonly failed: string;
  process(payload: unknown): Promise<void>;
}

/** Works on a queue until it is closed; resolves when jobs can come. */
export async function startWorker(runtime: Runtime, work: QueueWork): Promise<JobWorker> {
  const { config, logger } = runtime;
  const { queue, concurrency } = work;
  const worker = createWorker(queue, (job) => work.process(job.data), { concurrency }, config);
  const failed = calmWarning(logger, work.failed);
  worker.on('failed', (_job, error) => {
    failed(error);
  });
  worker.on('error', calmWarning(logger, `queue ${queue} cannot be read`));
  await worker.waitUntilReady();
  return worker;
}
