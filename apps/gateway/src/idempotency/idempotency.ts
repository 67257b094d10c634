import { createHmac } from 'node:crypto';
import { ERROR_CODES, type ErrorCodeName } from '@weir/contracts';
import type { IdempotencyClaim, IdempotencyName, IdempotencyUse } from '@weir/data';
import { failpoint } from '@weir/platform';
import type { Hold } from '../money/money-path.types.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { Exchange } from '../request/exchange.js';
import { IdempotentCall, type CallObserver } from './idempotent-call.js';
import { KeptOutcomes, type KeptOutcome } from './kept-outcomes.js';

/** What PostgreSQL knows of Idempotency-Keys. */
export interface IdempotencyStore {
  find(name: IdempotencyName): Promise<IdempotencyUse | null>;
  claim(claim: IdempotencyClaim): Promise<boolean>;
  free(name: IdempotencyName, request: string): Promise<void>;
}

/** Who goes on with a request. */
export interface IdempotencyOwner {
  onFirst(x: Exchange): void;
  onReplayed(x: Exchange): void;
  onClaimed(x: Exchange, hold: Hold): void;
  onUnclaimed(x: Exchange, hold: Hold): void;
  onRefused(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void;
}

export interface IdempotencyInput {
  readonly store: IdempotencyStore;
  /** Secret of the digests. */
  readonly pepper: string;
  readonly kept?: KeptOutcomes;
  /** Between tries to free a name, ms. */
  readonly retryMs?: number;
}

/** One question to the store. */
interface Look {
  readonly x: Exchange;
  readonly call: IdempotentCall;
  /** Whether a name that is free lets the request go on: not once it lost a race for it. */
  readonly mayGoOn: boolean;
  readonly owner: IdempotencyOwner;
}

const NAME_CHARS_MAX = 255;
/** A name that cannot be freed (PostgreSQL is away) is tried so often, then left to its 24 h. */
const FREE_TRIES_MAX = 60;
const FREE_RETRY_MS = 1_000;

/** Ends of which the client has no answer, though they were charged: they are named, never repeated as errors. */
const ENDED_UNSEEN: ReadonlySet<string> = new Set([
  'ok',
  'client_closed',
  'killed',
  'gateway_lost',
]);

/**
 * `Idempotency-Key` (K4, D24): of all requests of one API key with the same one, a single one goes upstream, over all
 * gateways and over crashes. The name is claimed in PostgreSQL between the hold and the dispatch, with the id of the
 * request, whose row is the outcome. So a refused request leaves no trace, and one that was lost is told apart from
 * one that never began: by its row, once its gateway's journal is settled.
 */
export class Idempotency implements CallObserver {
  readonly #store: IdempotencyStore;
  readonly #pepper: string;
  readonly #kept: KeptOutcomes;
  readonly #retryMs: number;
  readonly #retries = new Set<NodeJS.Timeout>();

  constructor({ store, pepper, kept, retryMs }: IdempotencyInput) {
    this.#store = store;
    this.#pepper = pepper;
    this.#kept = kept ?? new KeptOutcomes();
    this.#retryMs = retryMs ?? FREE_RETRY_MS;
  }

  /** Looks whether the request was made before: it goes on, is answered from memory, or is refused. */
  look(x: Exchange, owner: IdempotencyOwner): void {
    const name = x.req.headers['idempotency-key'];
    if (typeof name !== 'string' || name === '' || name.length > NAME_CHARS_MAX) {
      const message = `Idempotency-Key must have 1 to ${String(NAME_CHARS_MAX)} characters.`;
      owner.onRefused(x, 'invalid_request_error', { message, param: 'idempotency-key' });
      return;
    }
    const call = new IdempotentCall(
      x.key?.id ?? '',
      this.#digest('name', Buffer.from(name)),
      this.#digest(x.req.url ?? '', x.call?.body ?? Buffer.alloc(0)),
      this,
    );
    this.#find({ x, call, mayGoOn: true, owner });
  }

  /** Makes the name stand for this request, now that it has an id and before it goes upstream. */
  claim(x: Exchange, call: IdempotentCall, hold: Hold, owner: IdempotencyOwner): void {
    const { key, name, body } = call;
    const previous = call.claimed ?? call.replaces;
    const claim = { key, name, body, request: hold.id, epoch: hold.epoch, previous };
    // Even if the answer is lost, the name is ours to free.
    call.claimed = hold.id;
    this.#store.claim(claim).then(
      (claimed) => {
        if (claimed) {
          void failpoint('idempotency-claimed');
          owner.onClaimed(x, hold);
          return;
        }
        // Another request with this name was faster; it says what becomes of this one.
        call.claimed = null;
        owner.onUnclaimed(x, hold);
        this.#find({ x, call, mayGoOn: false, owner });
      },
      () => {
        owner.onUnclaimed(x, hold);
        owner.onRefused(x, 'storage_unavailable', { retryAfterS: 2 });
      },
    );
  }

  onEnded(request: string, outcome: KeptOutcome): void {
    this.#kept.keep(request, outcome, performance.now());
  }

  onFreed(call: IdempotentCall, request: string, tries = 1): void {
    this.#store.free(call, request).catch(() => {
      if (tries >= FREE_TRIES_MAX) return;
      const retry = setTimeout(() => {
        this.#retries.delete(retry);
        this.onFreed(call, request, tries + 1);
      }, this.#retryMs);
      retry.unref();
      this.#retries.add(retry);
    });
  }

  stop(): void {
    for (const retry of this.#retries) clearTimeout(retry);
  }

  #find(look: Look): void {
    const { x, call, owner } = look;
    this.#store.find(call).then(
      (use) => {
        this.#found(look, use);
      },
      () => {
        // Whether it was made before is not known: making it again is the one thing that must not happen.
        owner.onRefused(x, 'storage_unavailable', { retryAfterS: 2 });
      },
    );
  }

  #found(look: Look, use: IdempotencyUse | null): void {
    const { x, call, mayGoOn, owner } = look;
    if (x.phase === 'ended') return;
    if (use !== null && !use.body.equals(call.body)) {
      owner.onRefused(x, 'idempotency_mismatch', {});
      return;
    }
    const outcome = use === null ? null : this.#outcomeOf(use);
    if (use !== null && outcome !== null) {
      this.#replay(x, use.request, outcome, owner);
      return;
    }
    if (!mayGoOn || (use !== null && !use.epochClosed)) {
      owner.onRefused(x, 'idempotency_in_progress', { retryAfterS: 1 });
      return;
    }
    call.replaces = use?.request ?? null;
    x.idempotency = call;
    owner.onFirst(x);
  }

  #outcomeOf({ request, httpStatus, status }: IdempotencyUse): KeptOutcome | null {
    const kept = this.#kept.get(request, performance.now());
    if (kept !== null) return kept;
    return httpStatus === null || status === null ? null : { httpStatus, status, answer: null };
  }

  #replay(x: Exchange, request: string, outcome: KeptOutcome, owner: IdempotencyOwner): void {
    const { answer, status, httpStatus } = outcome;
    const replayed = ['idempotent-replayed', 'true'];
    if (answer !== null) {
      x.answered = true;
      const ids = ['x-request-id', x.requestId, 'request-id', x.requestId];
      x.res.writeHead(answer.httpStatus, [...answer.head, ...ids, ...replayed]);
      x.res.end(answer.body);
      owner.onReplayed(x);
      return;
    }
    const id = `gen_${request}`;
    replayed.push('x-weir-generation-id', id);
    if (isErrorCode(status) && !ENDED_UNSEEN.has(status)) {
      // It would be repeated for ever: SDKs must not retry it by themselves.
      x.refuse(status, { retryable: false, figures: { generation_id: id } }, replayed);
    } else {
      const figures = { generation_id: id, status, http_status: httpStatus };
      x.refuse('idempotency_settled', { figures }, replayed);
    }
    owner.onReplayed(x);
  }

  /** Keyed, so that nobody who reads the table can try prompts against it. */
  #digest(purpose: string, bytes: Buffer): Buffer {
    const hmac = createHmac('sha256', this.#pepper);
    return hmac.update(`idempotency\0${purpose}\0`).update(bytes).digest();
  }
}

function isErrorCode(status: string): status is ErrorCodeName {
  return status in ERROR_CODES;
}
