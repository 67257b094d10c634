import type { Conversation, Part, Turn } from '../conversation/conversation.js';
import { cacheControl } from '../openai/cache-mark.js';
import type { RequestProblem } from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import { parseJson } from '../text/parse-json.js';
import { BlockWriter } from './block-writer.js';
import { isOwnThought } from './own-thoughts.js';

type Json = Record<string, unknown>;

/** Ids that Anthropic takes for tool calls; other dialects' may hold more. */
const NOT_IN_IDS = /[^a-zA-Z0-9_-]/g;

/** Writes a conversation's system prompt and turns as Anthropic's blocks and messages. */
export class TurnWriter {
  readonly #dropped: Set<string>;
  readonly #blocks = new BlockWriter();

  constructor(dropped: Set<string>) {
    this.#dropped = dropped;
  }

  /** Why the conversation cannot be written, or null. */
  get problem(): RequestProblem | null {
    return this.#blocks.problem;
  }

  /** A conversation that is all system prompt is said by the user: there must be a message. */
  write({ system, turns }: Conversation): { readonly system: Json[]; readonly messages: Json[] } {
    const blocks = this.#written(system);
    const messages: Json[] = [];
    for (const turn of turns) this.#addTurn(messages, turn);
    if (messages.length > 0 || blocks.length === 0) return { system: blocks, messages };
    return { system: [], messages: [{ role: 'user', content: blocks }] };
  }

  /** Results of tools come first in their turn: Anthropic refuses words before them. */
  #addTurn(messages: Json[], turn: Turn): void {
    const results = turn.parts.filter((part) => part.type === 'tool_result');
    const others = turn.parts.filter((part) => part.type !== 'tool_result');
    const content = this.#written([...results, ...others]);
    if (content.length > 0) messages.push({ role: turn.role, content });
  }

  #written(parts: readonly Part[]): Json[] {
    const blocks: Json[] = [];
    for (const part of parts) {
      const block = this.#blockOf(part);
      if (block !== null) blocks.push({ ...block, ...cacheControl(part.cache) });
    }
    return blocks;
  }

  #blockOf(part: Part): Json | null {
    switch (part.type) {
      case 'thinking':
        return this.#thinking(part);
      case 'tool_call':
        return {
          type: 'tool_use',
          id: part.id.replace(NOT_IN_IDS, '_'),
          name: part.name,
          input: inputOf(part.argumentsText),
        };
      case 'tool_result': {
        const content = this.#written(part.parts);
        return {
          type: 'tool_result',
          tool_use_id: part.callId.replace(NOT_IN_IDS, '_'),
          ...(content.length === 0 ? {} : { content }),
          ...(part.isError ? { is_error: true } : {}),
        };
      }
      case 'text':
      case 'refusal':
      case 'image':
      case 'audio':
      case 'file':
        return this.#blocks.write(part);
    }
  }

  #thinking(part: Extract<Part, { readonly type: 'thinking' }>): Json | null {
    if (!isOwnThought(part)) {
      this.#dropped.add('reasoning');
      return null;
    }
    const { text, signature, redactedData } = part;
    if (redactedData !== undefined) return { type: 'redacted_thinking', data: redactedData };
    return { type: 'thinking', thinking: text, signature };
  }
}

/** Arguments as the object that Anthropic demands; what is none is told to the model as it was. */
function inputOf(argumentsText: string): unknown {
  if (argumentsText.trim() === '') return {};
  return asRecord(parseJson(argumentsText)) ?? { arguments: argumentsText };
}
