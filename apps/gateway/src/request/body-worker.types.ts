import type { JsonObjectScan, RequestReading } from '@weir/providers';
import type { CallProblem } from './call.js';
import type { BodySpec } from './proxy-route.js';

/** A body to read, sent to the worker thread. */
export interface WorkerQuestion {
  readonly id: number;
  readonly spec: BodySpec;
  /** A copy: the original stays for splicing. */
  readonly bytes: Uint8Array;
}

/** What the thread found. */
export type WorkerAnswer =
  | { readonly id: number; readonly problem: CallProblem }
  | {
      readonly id: number;
      readonly object: JsonObjectScan;
      readonly reading: RequestReading;
      readonly marksCache: boolean;
      readonly streamOptions: unknown;
    };
