import type { Ending } from '../end/ending.js';
import { KEPT_ANSWER_BYTES_MAX, type KeptAnswer, type KeptOutcome } from './kept-outcomes.js';

/** Whom a call tells what became of it. */
export interface CallObserver {
  onEnded(request: string, outcome: KeptOutcome): void;
  /** The request never began. */
  onFreed(call: IdempotentCall, request: string): void;
}

/** Ids of one exchange: an answer that is given again carries those of the new one. */
const OWN_HEADERS: ReadonlySet<string> = new Set(['x-request-id', 'request-id']);

/** The Idempotency-Key of one request in this process. */
export class IdempotentCall {
  /** Request that its name stands for by our doing; null = not yet. */
  claimed: string | null = null;
  /** Request that never went upstream and may be replaced by ours. */
  replaces: string | null = null;
  #answer: KeptAnswer | null = null;

  constructor(
    readonly key: string,
    /** Digest of the Idempotency-Key. */
    readonly name: Buffer,
    /** Digest of path and body. */
    readonly body: Buffer,
    private readonly observer: CallObserver,
  ) {}

  /** The answer as it goes to the client. */
  keep(httpStatus: number, head: readonly string[], body: Uint8Array): void {
    if (body.length > KEPT_ANSWER_BYTES_MAX) return;
    const kept: string[] = [];
    for (let i = 0; i + 1 < head.length; i += 2) {
      const name = head[i] ?? '';
      if (!OWN_HEADERS.has(name)) kept.push(name, head[i + 1] ?? '');
    }
    this.#answer = { httpStatus, head: kept, body: Buffer.from(body) };
  }

  /** The request has ended and is charged. */
  ended({ httpStatus, status }: Ending): void {
    const { claimed } = this;
    if (claimed === null) return;
    this.observer.onEnded(claimed, { httpStatus, status, answer: this.#answer });
  }

  /** The request was refused before it began: its name is free for another try. */
  free(): void {
    const { claimed } = this;
    if (claimed === null) return;
    this.claimed = null;
    this.observer.onFreed(this, claimed);
  }
}
