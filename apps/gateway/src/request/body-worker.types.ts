import type {
  ClientDialect,
  JsonObjectScan,
  PairRequest,
  RequestReading,
  UpstreamDialect,
  UpstreamRequest,
} from '@weir/providers';
import type { CallProblem } from './call.js';
import type { BodySpec } from './proxy-route.js';

/** A body to read, sent to the worker thread. */
export interface ReadQuestion {
  readonly task: 'read';
  readonly id: number;
  readonly spec: BodySpec;
  /** A copy: the original stays for splicing. */
  readonly bytes: Uint8Array;
}

/** What a body is translated with, but for what the thread parses itself. */
export type TranslationInput = Omit<PairRequest, 'parsed'>;

/** A body to translate into an endpoint's dialect. */
export interface TranslateQuestion {
  readonly task: 'translate';
  readonly id: number;
  readonly client: ClientDialect;
  readonly upstream: UpstreamDialect;
  readonly input: TranslationInput;
}

export type WorkerQuestion = ReadQuestion | TranslateQuestion;

/** What the thread found in a body. */
export type BodyFound =
  | { readonly problem: CallProblem }
  | {
      readonly object: JsonObjectScan;
      readonly reading: RequestReading;
      readonly marksCache: boolean;
      readonly streamOptions: unknown;
    };

/** What the thread answers. */
export type WorkerAnswer =
  | { readonly id: number; readonly found: BodyFound }
  | { readonly id: number; readonly request: UpstreamRequest };
