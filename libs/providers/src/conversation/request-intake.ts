import type { RequestProblem } from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import type { Conversation, ConversationResult } from './conversation.js';

/**
 * Takes a request in, member by member. The first thing that cannot be understood is remembered and refuses the whole
 * request at the end; until then reading goes on with harmless values, so that readers need not check each step.
 */
export class RequestIntake {
  #problem: RequestProblem | null = null;
  readonly #dropped = new Set<string>();

  /** Why the request is refused, or null. */
  get problem(): RequestProblem | null {
    return this.#problem;
  }

  /** Refuses the request. `param` is the member's path as the client wrote it, e.g. `messages[2].content`. */
  refuse(param: string, message: string): void {
    this.#problem ??= { message, param };
  }

  /** Notes a member that has no place in a conversation and changes nothing essential. */
  drop(param: string): void {
    this.#dropped.add(param);
  }

  /** A text, or `''` and a refusal. */
  text(value: unknown, param: string): string {
    if (typeof value === 'string') return value;
    this.refuse(param, `\`${param}\` must be text.`);
    return '';
  }

  /** A list, or an empty one and a refusal. */
  list(value: unknown, param: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.refuse(param, `\`${param}\` must be a list.`);
    return [];
  }

  /** An object, or an empty one and a refusal. */
  record(value: unknown, param: string): Readonly<Record<string, unknown>> {
    const record = asRecord(value);
    if (record !== null) return record;
    this.refuse(param, `\`${param}\` must be an object.`);
    return {};
  }

  /** A text that may be absent. */
  optionalText(value: unknown, param: string): string | null {
    return value === undefined || value === null ? null : this.text(value, param);
  }

  /** A number that may be absent. */
  optionalNumber(value: unknown, param: string): number | null {
    if (value === undefined || value === null) return null;
    if (typeof value === 'number') return value;
    this.refuse(param, `\`${param}\` must be a number.`);
    return null;
  }

  /** `true` or `false`, or absent. */
  optionalFlag(value: unknown, param: string): boolean | null {
    if (value === undefined || value === null) return null;
    if (typeof value === 'boolean') return value;
    this.refuse(param, `\`${param}\` must be true or false.`);
    return null;
  }

  /** The conversation, unless something refused it. */
  result(conversation: Conversation): ConversationResult {
    if (this.#problem !== null) return { ok: false, problem: this.#problem };
    return { ok: true, conversation, dropped: [...this.#dropped] };
  }
}
