import type { ErrorCodeName } from '@weir/contracts';
import { failpoint } from '@weir/platform';
import type { Admission, Hold, Kind, Refusal } from '../money/money-path.types.js';
import type { ProxyServices } from '../proxy-services.js';
import type { ProblemDetail } from '../refuse/error-body.js';
import type { Exchange } from '../request/exchange.js';
import { boundOf, outputTokensFor, outputTokensWithin } from './bounds.js';
import { countsTokens, refusalDetail } from './refusal-detail.js';
import { measure, outputCap } from './measure.js';

/** Who goes on with an admitted request. */
export interface AdmitOwner {
  onAdmitted(x: Exchange, hold: Hold): void;
  onRefused(x: Exchange, code: ErrorCodeName, detail: ProblemDetail): void;
}

/** Times one request may ask for a hold: as given, counted exactly, cut to what is left. */
const TRIES_MAX = 3;

/**
 * Takes the hold (decisions §5). Its size is an upper bound: bytes of the input, and the output that upstream is
 * told not to exceed. Only where that bound would refuse is the input counted exactly; and where the client gave
 * no bound of its own, the output is cut to what the account can afford, down to 64 tokens.
 */
export function admit(x: Exchange, services: ProxyServices, owner: AdmitOwner): void {
  const { key } = x;
  if (key === null) return;
  void failpoint('FP1');
  if (key.blockedKinds !== 0) {
    const kind = lowestKind(key.blockedKinds);
    const code = countsTokens(kind) ? 'budget_exceeded' : 'api_key_quota_exhausted';
    owner.onRefused(x, code, refusalDetail(blockedRefusal(code, kind)));
    return;
  }
  measure(x);
  new Admitting(x, services, owner).start();
}

class Admitting {
  readonly #x: Exchange;
  readonly #services: ProxyServices;
  readonly #owner: AdmitOwner;
  readonly #cap: number;
  readonly #ownBound: boolean;
  #tries = 0;
  #counted = false;

  constructor(x: Exchange, services: ProxyServices, owner: AdmitOwner) {
    this.#x = x;
    this.#services = services;
    this.#owner = owner;
    this.#cap = outputCap(x, services.limits);
    this.#ownBound = x.route.operation === 'embeddings' || x.call?.reading.maxTokens !== null;
  }

  start(): void {
    if (this.#ownBound) {
      this.#try(this.#cap);
      return;
    }
    const { money, limits } = this.#services;
    const account = this.#x.key?.account ?? '';
    const known = money.affordableNano(account);
    const affordable = known === null ? 0 : outputTokensFor(this.#x, known, this.#cap);
    if (affordable >= this.#cap) {
      this.#try(this.#cap);
      return;
    }
    // What is leased here may be a small part of the balance: one question to PostgreSQL sizes it rightly.
    money.queryAffordableNano(account).then(
      (asked) => {
        const tokens = asked === null ? 0 : outputTokensFor(this.#x, asked, this.#cap);
        // Too little is tried all the same: the refusal then names the limit and its figures.
        this.#try(Math.max(tokens, Math.min(limits.outputTokensMin, this.#cap)));
      },
      () => {
        this.#storageUnavailable();
      },
    );
  }

  #try(outputTokens: number): void {
    const x = this.#x;
    const { money, limits } = this.#services;
    this.#tries += 1;
    x.outputTokensMax = outputTokens;
    x.sentMaxTokens = sentMaxTokens(x, this.#ownBound, outputTokens);
    x.outputTokensHeld = holdsInSlices(x)
      ? Math.min(outputTokens, limits.sliceTokens)
      : outputTokens;
    const bound = boundOf(x, x.outputTokensHeld);
    x.heldCostNano = bound.costNano;
    x.heldTokens = bound.tokens;
    const admission = money.admit({
      account: x.key?.account ?? '',
      key: x.key?.id ?? '',
      cappedKinds: x.key?.cappedKinds ?? 1,
      costNano: bound.costNano,
      tokens: bound.tokens,
    });
    if (!(admission instanceof Promise)) {
      this.#answered(admission);
      return;
    }
    admission.then(
      (known) => {
        this.#answered(known);
      },
      () => {
        this.#storageUnavailable();
      },
    );
  }

  #answered(admission: Admission): void {
    if (admission.admitted) {
      this.#owner.onAdmitted(this.#x, admission.hold);
      return;
    }
    const { refusal } = admission;
    if (refusal.kind === null || this.#tries >= TRIES_MAX || this.#x.clientGone) {
      this.#refuse(refusal);
      return;
    }
    if (!this.#counted) {
      this.#counted = true;
      this.#countInput(refusal);
      return;
    }
    this.#cutOutput(refusal);
  }

  /** The byte bound refused: perhaps the true count fits. */
  #countInput(refusal: Refusal): void {
    if (this.#x.call?.whole !== true) {
      // What cannot be counted is only estimated, and an estimate is no bound.
      this.#cutOutput(refusal);
      return;
    }
    const goOn = (tokens: number): void => {
      if (tokens >= this.#x.inputTokensBound) {
        this.#cutOutput(refusal);
        return;
      }
      this.#x.inputTokensBound = tokens;
      if (this.#ownBound) this.#try(this.#cap);
      else this.#cutOutput(refusal);
    };
    void this.#x.countInputBound().then(goOn);
  }

  /** No bound of the client's own: less output may still be worth having. */
  #cutOutput(refusal: Refusal): void {
    const { kind, cap, used, held } = refusal;
    if (this.#ownBound || kind === null || cap === null || used === null) {
      this.#refuse(refusal);
      return;
    }
    const left = cap - used - (held ?? 0n);
    const tokens = countsTokens(kind)
      ? outputTokensWithin(this.#x, left, this.#cap)
      : outputTokensFor(this.#x, left, this.#cap);
    if (tokens < Math.min(this.#services.limits.outputTokensMin, this.#cap)) this.#refuse(refusal);
    else this.#try(tokens);
  }

  #refuse(refusal: Refusal): void {
    this.#owner.onRefused(this.#x, refusal.code, refusalDetail(refusal));
  }

  #storageUnavailable(): void {
    this.#owner.onRefused(this.#x, 'storage_unavailable', { retryAfterS: 2 });
  }
}

/**
 * Whether a stream's output is held piece by piece. Not where tokens are billed that are not seen: of models that
 * always think, and where the request asks a model to (providers show a summary of its thoughts, or nothing).
 */
function holdsInSlices({ call, model }: Exchange): boolean {
  const reading = call?.reading;
  return reading?.stream === true && model?.hiddenOutput !== true && !reading.needs.reasoning;
}

/** What upstream is told: our bound where the client gave none, the model's cap where the client's lies above it. */
function sentMaxTokens(x: Exchange, ownBound: boolean, outputTokens: number): number | null {
  const reading = x.call?.reading;
  if (reading === undefined || x.route.operation === 'embeddings') return null;
  const perChoice = Math.floor((outputTokens - reading.predictionTokensBound) / reading.choices);
  if (!ownBound) return Math.max(1, perChoice);
  return reading.maxTokens !== null && perChoice < reading.maxTokens ? perChoice : null;
}

const KINDS: readonly Kind[] = [0, 1, 2, 3, 4, 5, 6];

function lowestKind(bits: number): Kind {
  return KINDS.find((kind) => (bits & (1 << kind)) !== 0) ?? 0;
}

function blockedRefusal(code: Refusal['code'], kind: Kind): Refusal {
  return {
    code,
    kind,
    cap: 0n,
    used: null,
    held: null,
    estimate: 0n,
    resetAtMs: null,
    retryAfterS: null,
  };
}
