/** Choices remembered; one more forgets the oldest. A choice is a hint: whoever is forgotten draws anew. */
const CHOICES_MAX = 20_000;
/** Longer names of end users are cut: they only tell callers apart. */
const USER_CHARS_MAX = 128;

/**
 * Which candidate each caller used last, so that callers stay where their prompts are cached while scores are level.
 * Oldest use first: a Map keeps the order of insertion.
 */
export class StickyChoices {
  readonly #lastUsed = new Map<string, string>();

  /** Name of the candidate that `caller` used last, or null. */
  of(caller: string): string | null {
    return this.#lastUsed.get(caller) ?? null;
  }

  /** `candidate` served `caller`. */
  remember(caller: string, candidate: string): void {
    this.#lastUsed.delete(caller);
    this.#lastUsed.set(caller, candidate);
    if (this.#lastUsed.size <= CHOICES_MAX) return;
    for (const oldest of this.#lastUsed.keys()) {
      this.#lastUsed.delete(oldest);
      return;
    }
  }
}

/** Who is remembered: the key, the end user it speaks for, and what was asked for. */
export function callerOf(keyId: string, parsed: unknown, model: string): string {
  return `${keyId} ${endUserOf(parsed).slice(0, USER_CHARS_MAX)} ${model}`;
}

/** OpenAI's `user`, or Anthropic's `metadata.user_id`. */
function endUserOf(parsed: unknown): string {
  const user = memberOf(parsed, 'user') ?? memberOf(memberOf(parsed, 'metadata'), 'user_id');
  return typeof user === 'string' ? user : '';
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}
