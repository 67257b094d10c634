import type { Part, ToolResultPart, Turn } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { TurnBuilder } from '../conversation/turn-builder.js';
import { cacheMarkOf } from './cache-mark.js';
import { readChatContent } from './chat-content.js';
import { readReasoningParts } from './chat-thoughts.js';
import { asRecord } from './usage.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads the messages of a chat request as a system prompt and turns. */
export class ChatMessageReader {
  readonly #intake: RequestIntake;
  readonly #system: Part[] = [];
  readonly #turns = new TurnBuilder();
  /** Names of the tools that were called, by the call's id: results need them. */
  readonly #toolNames = new Map<string, string>();
  /** Ids of deprecated function calls that have none, by the function's name. */
  readonly #functionCallIds = new Map<string, string>();

  constructor(intake: RequestIntake) {
    this.#intake = intake;
  }

  /** System and developer messages become the system prompt wherever they stand: the others have but one place. */
  read(messages: unknown): { readonly system: readonly Part[]; readonly turns: readonly Turn[] } {
    const list = this.#intake.list(messages, 'messages');
    list.forEach((value, i) => {
      const param = `messages[${i}]`;
      this.#message(this.#intake.record(value, param), param);
    });
    return { system: this.#system, turns: this.#turns.turns() };
  }

  #message(message: Json, param: string): void {
    const { role } = message;
    switch (role) {
      case 'system':
      case 'developer':
        this.#system.push(...this.#content(message, param));
        return;
      case 'user':
        if (typeof message['name'] === 'string') this.#intake.drop('messages[].name');
        this.#turns.add('user', this.#content(message, param));
        return;
      case 'assistant':
        this.#turns.add('assistant', this.#assistant(message, param));
        return;
      case 'tool':
        this.#turns.add('user', [this.#toolResult(message, param)]);
        return;
      case 'function':
        this.#turns.add('user', [this.#functionResult(message, param)]);
        return;
      default:
        this.#intake.refuse(
          `${param}.role`,
          `\`${param}.role\` must be system, developer, user, assistant, tool or function.`,
        );
    }
  }

  /** A message's own cache mark (LiteLLM) is that of its last part. */
  #content(message: Json, param: string): readonly Part[] {
    const parts = readChatContent(message['content'], `${param}.content`, this.#intake);
    const cache = cacheMarkOf(message);
    const last = parts.at(-1);
    if (cache === null || last === undefined) return parts;
    return [...parts.slice(0, -1), { ...last, cache }];
  }

  #assistant(message: Json, param: string): readonly Part[] {
    if (message['audio'] !== undefined && message['audio'] !== null) {
      this.#intake.refuse(`${param}.audio`, `\`${param}.audio\` cannot be translated.`);
    }
    const parts: Part[] = [...readReasoningParts(message)];
    parts.push(...this.#content(message, param));
    const refusal = this.#intake.optionalText(message['refusal'], `${param}.refusal`);
    if (refusal !== null) parts.push({ type: 'refusal', text: refusal });
    const calls = message['tool_calls'] ?? [];
    this.#intake.list(calls, `${param}.tool_calls`).forEach((call, i) => {
      parts.push(this.#toolCall(call, `${param}.tool_calls[${i}]`));
    });
    const legacy = message['function_call'];
    if (legacy !== undefined && legacy !== null) {
      parts.push(this.#functionCall(legacy, `${param}.function_call`));
    }
    return parts;
  }

  #toolCall(value: unknown, param: string): Part {
    const intake = this.#intake;
    const call = intake.record(value, param);
    const id = intake.text(call['id'], `${param}.id`);
    const given = intake.record(call['function'], `${param}.function`);
    const name = intake.text(given['name'], `${param}.function.name`);
    const argumentsText = intake.text(given['arguments'], `${param}.function.arguments`);
    this.#toolNames.set(id, name);
    const google = asRecord(asRecord(call['extra_content'])?.['google']);
    const signature = google?.['thought_signature'];
    return {
      type: 'tool_call',
      id,
      name,
      argumentsText,
      ...(typeof signature === 'string' ? { signature } : {}),
    };
  }

  #functionCall(value: unknown, param: string): Part {
    const given = this.#intake.record(value, param);
    const name = this.#intake.text(given['name'], `${param}.name`);
    const argumentsText = this.#intake.text(given['arguments'], `${param}.arguments`);
    const id = `call_function_${this.#toolNames.size}`;
    this.#toolNames.set(id, name);
    this.#functionCallIds.set(name, id);
    return { type: 'tool_call', id, name, argumentsText };
  }

  #toolResult(message: Json, param: string): ToolResultPart & Part {
    const callId = this.#intake.text(message['tool_call_id'], `${param}.tool_call_id`);
    const cache = cacheMarkOf(message);
    return {
      type: 'tool_result',
      callId,
      name: this.#toolNames.get(callId) ?? null,
      parts: readChatContent(message['content'], `${param}.content`, this.#intake),
      isError: false,
      ...(cache === null ? {} : { cache }),
    };
  }

  #functionResult(message: Json, param: string): Part {
    const name = this.#intake.text(message['name'], `${param}.name`);
    const callId = this.#functionCallIds.get(name);
    if (callId === undefined) {
      this.#intake.refuse(
        `${param}.name`,
        `\`${param}.name\` must be the name of a function that was called before.`,
      );
    }
    return {
      type: 'tool_result',
      callId: callId ?? '',
      name,
      parts: readChatContent(message['content'], `${param}.content`, this.#intake),
      isError: false,
    };
  }
}
