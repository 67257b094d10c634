import type { ErrorCodeName } from '@weir/contracts';
import type { AttemptOutcome } from '../forward/attempt.js';
import type { GatewayLimits } from '../limits.js';
import type { ProgressUsage } from '../money/money-path.types.js';
import type { Exchange, Relay } from '../request/exchange.js';

/** Hears of an upstream's error once its body was read. */
export interface ErrorRelayOwner {
  /** `body` is at most `errorBytesMax` long. */
  onUpstreamError(x: Exchange, status: number, body: Buffer): void;
  /** The request is given up in mid-error: client gone, killed, deadline. */
  onGivenUp(x: Exchange, code: ErrorCodeName): void;
}

/** Reads an answer that is not a success, so that its connection can be used again. */
export class ErrorRelay implements Relay {
  readonly #x: Exchange;
  readonly #owner: ErrorRelayOwner;
  readonly #limits: GatewayLimits;
  readonly #status: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #over = false;

  constructor(x: Exchange, owner: ErrorRelayOwner, limits: GatewayLimits, status: number) {
    this.#x = x;
    this.#owner = owner;
    this.#limits = limits;
    this.#status = status;
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes > this.#limits.errorBytesMax) {
      this.#x.attempt?.cancel('status');
      this.onEnd();
    }
    return true;
  }

  onEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#owner.onUpstreamError(this.#x, this.#status, Buffer.concat(this.#chunks));
  }

  onFailed(_outcome: AttemptOutcome): void {
    this.onEnd();
  }

  onClientGone(): void {
    this.stop('client_closed');
  }

  stop(code: ErrorCodeName): void {
    if (this.#over) return;
    this.#over = true;
    this.#x.attempt?.cancel('cancelled');
    this.#owner.onGivenUp(this.#x, code);
  }

  tick(nowMs: number): void {
    const { attempt } = this.#x;
    if (this.#over || attempt === null) return;
    if (nowMs - attempt.lastByteMs > this.#limits.idleMs) {
      attempt.cancel('timeout');
      this.onEnd();
    }
  }

  usage(): ProgressUsage {
    return { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 };
  }
}
