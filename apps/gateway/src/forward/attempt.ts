import type { IncomingHttpHeaders } from 'node:http';
import type { AttemptOutcome } from '@weir/domain';
import { failpoint } from '@weir/platform';
import type { Dispatcher } from 'undici';
import type { PricedEndpoint } from '../config-cache/served-endpoint.js';

export type { AttemptOutcome } from '@weir/domain';

/** What an attempt tells its request. Data calls answer whether the upstream may go on (false = pause it). */
export interface AttemptListener {
  /** The head of the answer is there. */
  onAttemptHead(attempt: Attempt, status: number, headers: IncomingHttpHeaders): boolean;
  onAttemptData(attempt: Attempt, chunk: Buffer): boolean;
  onAttemptEnd(attempt: Attempt): void;
  /** Nothing more will come; `outcome` says why. Called at most once, never after `onAttemptEnd`. */
  onAttemptFailed(attempt: Attempt, outcome: AttemptOutcome): void;
}

/** Given to undici when we end an attempt ourselves; never shown to anybody. */
export class CancelledError extends Error {}

const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'WEIR_ADDRESS_REFUSED',
]);

/**
 * One try at one endpoint: undici's callbacks land on it and go straight to the request. A data callback that
 * answers false pauses upstream until `resume`.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly endpoint: PricedEndpoint;
  /** Monotonic instant of the dispatch, ms. */
  readonly startedMs: number;
  /** Monotonic instant of the answer's head; 0 = none yet. */
  headMs = 0;
  /** Status of the answer; 0 = none yet. */
  status = 0;
  /** Monotonic instant of the last byte from upstream. */
  lastByteMs: number;
  /** Whether the whole request was given to the socket: from then on upstream may work on it, and bill it. */
  sent = false;
  outcome: AttemptOutcome | null = null;
  /** Seconds of the answer's Retry-After; null = none. */
  retryAfterS: number | null = null;

  readonly #listener: AttemptListener;
  #controller: Dispatcher.DispatchController | null = null;
  #over = false;

  constructor(listener: AttemptListener, endpoint: PricedEndpoint, nowMs: number) {
    this.#listener = listener;
    this.endpoint = endpoint;
    this.startedMs = nowMs;
    this.lastByteMs = nowMs;
  }

  /** Whether undici waits for `resume`. */
  get paused(): boolean {
    return this.#controller?.paused === true;
  }

  /** Whether nothing more will come. */
  get over(): boolean {
    return this.#over;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#over) controller.abort(new CancelledError());
  }

  /** The request is on its way: undici calls this once its last byte was given to the socket. */
  onRequestSent(): void {
    this.sent = true;
    void failpoint('FP4');
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (this.#over || status < 200) return;
    this.status = status;
    this.headMs = performance.now();
    this.lastByteMs = this.headMs;
    if (!this.#listener.onAttemptHead(this, status, headers)) controller.pause();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.lastByteMs = performance.now();
    if (!this.#listener.onAttemptData(this, chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.outcome ??= 'ok';
    this.#listener.onAttemptEnd(this);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.outcome ??= outcomeOf(error, this.status !== 0);
    this.#listener.onAttemptFailed(this, this.outcome);
  }

  /** Lets the upstream go on after a pause. */
  resume(): void {
    if (this.#over || !this.paused) return;
    this.lastByteMs = performance.now();
    this.#controller?.resume();
  }

  /** Ends the attempt from our side; no callback follows. */
  cancel(outcome: AttemptOutcome): void {
    if (this.#over) return;
    this.#over = true;
    this.outcome ??= outcome;
    this.#controller?.abort(new CancelledError());
  }

  /** Ends the attempt from our side and reports it as failed. */
  fail(outcome: AttemptOutcome): void {
    if (this.#over) return;
    this.cancel(outcome);
    this.#listener.onAttemptFailed(this, outcome);
  }
}

function outcomeOf(error: Error & { code?: unknown }, headSeen: boolean): AttemptOutcome {
  const code = typeof error.code === 'string' ? error.code : '';
  if (CONNECT_CODES.has(code) || code.startsWith('ERR_TLS') || code.startsWith('CERT_')) {
    return 'connect';
  }
  if (!headSeen && (code.startsWith('ERR_SSL') || code.includes('SELF_SIGNED'))) return 'connect';
  return 'reset';
}
