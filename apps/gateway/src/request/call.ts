import type { JsonObjectScan, RequestReading } from '@weir/providers';

/**
 * What the path needs to know of a request body, read once. The body itself stays bytes: what must be set
 * upstream is spliced in, nothing is serialised again. The text lives only as long as the request.
 */
export interface Call {
  readonly body: Buffer;
  /** Where the members lie, for splicing. */
  readonly object: JsonObjectScan;
  /** The parsed body; of a body that was read in the worker thread only its `stream_options`. */
  readonly parsed: unknown;
  /** Whether `parsed` is the whole body, so that its tokens can be counted. */
  readonly whole: boolean;
  readonly reading: RequestReading;
  /** Whether the request marks parts of its prompt for a cache, which providers bill above the input price. */
  readonly marksCache: boolean;
}

/** Why a body is refused. */
export interface CallProblem {
  readonly code: 'invalid_request_error';
  readonly message: string;
  readonly param: string | null;
}
