import type { Part, Turn } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';
import { TurnBuilder } from '../conversation/turn-builder.js';
import { asRecord } from '../openai/usage.js';
import { readResponsesContent } from './responses-content.js';
import { openEncrypted } from './encrypted-content.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads the instructions and the input items of a Responses request as a system prompt and turns. */
export class ResponsesInputReader {
  readonly #intake: RequestIntake;
  readonly #system: Part[] = [];
  readonly #turns = new TurnBuilder();
  readonly #toolNames = new Map<string, string>();

  constructor(intake: RequestIntake) {
    this.#intake = intake;
  }

  read(
    instructions: unknown,
    input: unknown,
  ): { readonly system: readonly Part[]; readonly turns: readonly Turn[] } {
    const given = this.#intake.optionalText(instructions, 'instructions');
    if (given !== null && given !== '') this.#system.push({ type: 'text', text: given });
    if (typeof input === 'string') {
      this.#turns.add('user', [{ type: 'text', text: input }]);
    } else {
      this.#intake.list(input, 'input').forEach((value, i) => {
        const param = `input[${i}]`;
        this.#item(this.#intake.record(value, param), param);
      });
    }
    return { system: this.#system, turns: this.#turns.turns() };
  }

  #item(item: Json, param: string): void {
    switch (item['type'] ?? 'message') {
      case 'message':
        this.#message(item, param);
        return;
      case 'function_call':
        this.#turns.add('assistant', [this.#call(item, param)]);
        return;
      case 'function_call_output':
        this.#turns.add('user', [this.#result(item, param)]);
        return;
      case 'reasoning':
        this.#turns.add('assistant', this.#reasoning(item));
        return;
      default:
        this.#intake.refuse(
          `${param}.type`,
          `\`${param}.type\` must be message, function_call, function_call_output or reasoning for this model.`,
        );
    }
  }

  #message(item: Json, param: string): void {
    const parts = readResponsesContent(item['content'], `${param}.content`, this.#intake);
    switch (item['role']) {
      case 'system':
      case 'developer':
        this.#system.push(...parts);
        return;
      case 'user':
      case 'assistant':
        this.#turns.add(item['role'], parts);
        return;
      default:
        this.#intake.refuse(
          `${param}.role`,
          `\`${param}.role\` must be system, developer, user or assistant.`,
        );
    }
  }

  #call(item: Json, param: string): Part {
    const id = this.#intake.text(item['call_id'], `${param}.call_id`);
    const name = this.#intake.text(item['name'], `${param}.name`);
    const argumentsText = this.#intake.text(item['arguments'], `${param}.arguments`);
    this.#toolNames.set(id, name);
    const google = asRecord(asRecord(item['extra_content'])?.['google']);
    const signature = google?.['thought_signature'];
    return {
      type: 'tool_call',
      id,
      name,
      argumentsText,
      ...(typeof signature === 'string' ? { signature } : {}),
    };
  }

  #result(item: Json, param: string): Part {
    const callId = this.#intake.text(item['call_id'], `${param}.call_id`);
    return {
      type: 'tool_result',
      callId,
      name: this.#toolNames.get(callId) ?? null,
      parts: readResponsesContent(item['output'], `${param}.output`, this.#intake),
      isError: false,
    };
  }

  /** What OpenAI itself encrypted, nobody else can read: then only the summary is left. */
  #reasoning(item: Json): readonly Part[] {
    const given = openEncrypted(item['encrypted_content']);
    if (given?.kind === 'redacted') {
      return [{ type: 'thinking', text: '', signature: null, redactedData: given.value }];
    }
    const text = joined(item['summary']) + joined(item['content']);
    const signature = given?.value ?? null;
    return text === '' && signature === null ? [] : [{ type: 'thinking', text, signature }];
  }
}

function joined(list: unknown): string {
  if (!Array.isArray(list)) return '';
  let text = '';
  for (const one of list) {
    const piece = asRecord(one)?.['text'];
    if (typeof piece === 'string') text += piece;
  }
  return text;
}
