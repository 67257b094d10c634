import type { Part, ThinkingPart, Turn } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { TurnBuilder } from '../conversation/turn-builder.js';
import { cacheMarkOf } from '../openai/cache-mark.js';
import { BlockReader } from './block-reader.js';
import { openCallSignature } from './call-signature.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads the system prompt and the messages of a Messages request. */
export class MessageReader {
  readonly #intake: RequestIntake;
  readonly #blocks: BlockReader;
  readonly #system: Part[] = [];
  readonly #turns = new TurnBuilder();
  /** Names of the tools that were called, by the call's id: some dialects want them with the results. */
  readonly #toolNames = new Map<string, string>();
  /** Signatures that clients carried for tool calls, by the call's id. */
  readonly #callSignatures = new Map<string, string>();

  constructor(intake: RequestIntake) {
    this.#intake = intake;
    this.#blocks = new BlockReader(intake);
  }

  /** System messages in mid-conversation join the system prompt: other dialects have but that place. */
  read(json: Json): { readonly system: readonly Part[]; readonly turns: readonly Turn[] } {
    const system = json['system'] ?? null;
    if (system !== null) this.#system.push(...this.#content(system, 'system'));
    const messages = this.#intake.list(json['messages'], 'messages');
    messages.forEach((value, i) => {
      const param = `messages[${String(i)}]`;
      this.#message(this.#intake.record(value, param), param);
    });
    return { system: this.#system, turns: this.#turns.turns() };
  }

  #message(message: Json, param: string): void {
    const role = message['role'];
    const parts = this.#content(message['content'], `${param}.content`);
    if (role === 'system') this.#system.push(...parts);
    else if (role === 'user' || role === 'assistant') this.#turns.add(role, parts);
    else {
      const name = `${param}.role`;
      this.#intake.refuse(name, `\`${name}\` must be user, assistant or system.`);
    }
  }

  #content(content: unknown, param: string): readonly Part[] {
    if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
    return this.#intake.list(content, param).flatMap((item, i) => {
      const at = `${param}[${String(i)}]`;
      return this.#block(this.#intake.record(item, at), at);
    });
  }

  #block(block: Json, param: string): readonly Part[] {
    const cache = cacheMarkOf(block);
    const parts = this.#parts(block, param);
    const last = parts.at(-1);
    if (cache === null || last === undefined) return parts;
    return [...parts.slice(0, -1), { ...last, cache }];
  }

  #parts(block: Json, param: string): readonly Part[] {
    const intake = this.#intake;
    switch (block['type']) {
      case 'thinking':
        return [thoughtOf(block, param, intake)];
      case 'redacted_thinking':
        return this.#redacted(intake.text(block['data'], `${param}.data`));
      case 'tool_use':
        return [this.#toolCall(block, param)];
      case 'tool_result':
        return [this.#toolResult(block, param)];
      default:
        return this.#blocks.read(block, param);
    }
  }

  #redacted(data: string): readonly Part[] {
    const carried = openCallSignature(data);
    if (carried === null)
      return [{ type: 'thinking', text: '', signature: null, redactedData: data }];
    this.#callSignatures.set(carried.callId, carried.signature);
    return [];
  }

  #toolCall(block: Json, param: string): Part {
    const id = this.#intake.text(block['id'], `${param}.id`);
    const name = this.#intake.text(block['name'], `${param}.name`);
    this.#toolNames.set(id, name);
    const signature = this.#callSignatures.get(id);
    return {
      type: 'tool_call',
      id,
      name,
      argumentsText: JSON.stringify(block['input'] ?? {}),
      ...(signature === undefined ? {} : { signature }),
    };
  }

  #toolResult(block: Json, param: string): Part {
    const callId = this.#intake.text(block['tool_use_id'], `${param}.tool_use_id`);
    const isError = this.#intake.optionalFlag(block['is_error'], `${param}.is_error`) ?? false;
    const parts = this.#content(block['content'] ?? '', `${param}.content`);
    return {
      type: 'tool_result',
      callId,
      name: this.#toolNames.get(callId) ?? null,
      parts,
      isError,
    };
  }
}

function thoughtOf(block: Json, param: string, intake: RequestIntake): ThinkingPart {
  const signature = intake.optionalText(block['signature'], `${param}.signature`) ?? '';
  return {
    type: 'thinking',
    text: intake.text(block['thinking'], `${param}.thinking`),
    // Providers that sign nothing leave it empty.
    signature: signature === '' ? null : signature,
  };
}
