import type { Part, Turn } from './conversation.js';

/** Joins messages to turns: consecutive words of one speaker are one turn. */
export class TurnBuilder {
  readonly #turns: { readonly role: Turn['role']; readonly parts: Part[] }[] = [];

  /** Adds parts to the turn that is being spoken, or begins the other speaker's. No parts, no turn. */
  add(role: Turn['role'], parts: readonly Part[]): void {
    if (parts.length === 0) return;
    const last = this.#turns.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else this.#turns.push({ role, parts: [...parts] });
  }

  /** The turns so far. */
  turns(): readonly Turn[] {
    return this.#turns;
  }
}
