import type { GatewayLimits } from '../limits.js';
import type { KeyLimiter } from '../limits/key-limiter.js';
import type { Attempt, AttemptOutcome } from '../forward/attempt.js';
import type { Exchange } from './exchange.js';
import type { ErrorCodeName } from '@weir/contracts';

/** Ends a request whose answer has not begun. */
export interface GiveUp {
  giveUp(x: Exchange, code: ErrorCodeName, outcome: AttemptOutcome): void;
}

/** An attempt whose request has ended may still have a connection: this long it may end by itself. */
const LINGER_MS = 2_000;

/**
 * Every request between its head and its end, watched by one timer: a timer per deadline and request would cost
 * more than the proxying. Deadlines are thus late by at most one period.
 */
export class RunningRequests {
  /**
   * An array with each request's place in the request, not a Set: a Set that is added to and deleted from at
   * this rate is rehashed every few requests, and each dead table keeps the next one, with all requests in it,
   * alive until the next full collection. That was a third of the CPU per request.
   */
  readonly #running: Exchange[] = [];
  readonly #lingering = new Map<Attempt, number>();
  readonly #limits: GatewayLimits;
  readonly #limiter: KeyLimiter;
  readonly #timer: NodeJS.Timeout;
  #giveUp: GiveUp | null = null;
  #idle: (() => void) | null = null;

  constructor(limits: GatewayLimits, limiter: KeyLimiter) {
    this.#limits = limits;
    this.#limiter = limiter;
    this.#timer = setInterval(() => {
      this.#sweep(performance.now());
    }, limits.sweepMs);
    this.#timer.unref();
  }

  /** Who ends requests that never got a head. */
  attach(giveUp: GiveUp): void {
    this.#giveUp = giveUp;
  }

  get size(): number {
    return this.#running.length;
  }

  /** All of them, in no order. */
  values(): readonly Exchange[] {
    return this.#running;
  }

  enter(x: Exchange): void {
    x.runningIndex = this.#running.length;
    this.#running.push(x);
  }

  /** The request has ended in one way or the other: its slots are free again. Repeats do nothing. */
  leave(x: Exchange): void {
    x.phase = 'ended';
    if (!this.#remove(x)) return;
    if (x.limitGrant !== null) this.#limiter.leave(x.limitGrant, x.attemptsBegun > 0);
    if (x.attempt !== null && !x.attempt.over) {
      this.#lingering.set(x.attempt, performance.now() + LINGER_MS);
    }
    if (this.#running.length === 0) this.#idle?.();
  }

  /** Ends one request by its id (operator's kill). Answers whether it ran here. */
  kill(id: string): boolean {
    for (const x of this.#running) {
      if (x.hold?.id !== id) continue;
      x.killed = true;
      this.#stop(x, 'killed');
      return true;
    }
    return false;
  }

  /** Resolves when nothing runs, or after `ms`. */
  async drained(ms: number): Promise<void> {
    if (this.#running.length === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #remove(x: Exchange): boolean {
    const index = x.runningIndex;
    if (index < 0) return false;
    x.runningIndex = -1;
    const last = this.#running.pop();
    if (last !== undefined && last !== x) {
      this.#running[index] = last;
      last.runningIndex = index;
    }
    return true;
  }

  #sweep(nowMs: number): void {
    // Backwards: a request that ends here is replaced by the last one, which was looked at before.
    for (let i = this.#running.length - 1; i >= 0; i -= 1) {
      const x = this.#running[i];
      if (x !== undefined) this.#look(x, nowMs);
    }
    for (const [attempt, untilMs] of this.#lingering) {
      if (!attempt.over && nowMs < untilMs) continue;
      attempt.cancel('cancelled');
      this.#lingering.delete(attempt);
    }
  }

  #look(x: Exchange, nowMs: number): void {
    const limits = this.#limits;
    if (x.phase === 'reading') {
      // A body that stops coming; the whole of it has its own limit in the server.
      if (nowMs - Math.max(x.arrivedMs, x.lastBodyByteMs) > limits.bodyIdleMs) x.req.destroy();
      return;
    }
    if (x.phase !== 'forwarding' || x.attempt === null) return;
    if (nowMs - x.firstDispatchMs > limits.totalMs) {
      this.#stop(x, 'upstream_timeout');
      return;
    }
    if (x.relay !== null) {
      x.relay.tick(nowMs);
      return;
    }
    if (x.clientGone && nowMs - x.clientGoneMs > limits.drainMs) {
      this.#stop(x, 'client_closed');
    } else if (nowMs - x.attempt.startedMs > limits.firstByteMs) {
      this.#giveUp?.giveUp(x, 'upstream_timeout', 'timeout');
    }
  }

  #stop(x: Exchange, code: ErrorCodeName): void {
    if (x.relay !== null) x.relay.stop(code);
    else if (x.phase === 'forwarding') this.#giveUp?.giveUp(x, code, 'cancelled');
  }
}
