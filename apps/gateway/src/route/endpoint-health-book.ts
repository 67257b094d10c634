import type { Attempt, AttemptOutcome } from '../forward/attempt.js';

/** What is known of each endpoint's health. */
export class EndpointHealthBook {
  succeeded(_attempt: Attempt): void {}
  failed(_attempt: Attempt, _outcome: AttemptOutcome): void {}
  cancelled(_attempt: Attempt): void {}
}
