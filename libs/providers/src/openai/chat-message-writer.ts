import type {
  Conversation,
  Media,
  Part,
  ThinkingPart,
  ToolResultPart,
  Turn,
} from '../conversation/conversation.js';
import { textOf, toolCallsOf } from '../conversation/collect-answer.js';
import { urlOfMedia } from '../conversation/media.js';
import { formatOfMediaType } from './audio-format.js';
import { cacheControl } from './cache-mark.js';
import { callSignature } from './chat-words.js';
import type { RequestProblem } from './read-request.js';
import { openSeal } from './sealed-reasoning.js';

type Json = Readonly<Record<string, unknown>>;

/** Members beyond OpenAI's own that some hosts take, and that others refuse. */
export interface ChatExtensions {
  /** `cache_control` on parts and tools. */
  readonly cacheMarks: boolean;
  /** Gemini's signatures in `extra_content` of tool calls. */
  readonly callSignatures: boolean;
}

/** Writes a conversation's turns as chat messages. */
export class ChatMessageWriter {
  readonly #takes: ChatExtensions;
  readonly #dropped: Set<string>;
  #problem: RequestProblem | null = null;

  constructor(takes: ChatExtensions, dropped: Set<string>) {
    this.#takes = takes;
    this.#dropped = dropped;
  }

  /** Why the conversation cannot be written; null = it can. */
  get problem(): RequestProblem | null {
    return this.#problem;
  }

  /** The messages; look at `problem` before they are sent. */
  write({ system, turns }: Conversation): readonly Json[] {
    const messages: Json[] = [];
    if (system.length > 0) messages.push({ role: 'system', content: this.#content(system) });
    for (const turn of turns) messages.push(...this.#turn(turn));
    return messages;
  }

  #turn(turn: Turn): readonly Json[] {
    if (turn.role === 'assistant') return [this.#assistant(turn.parts)];
    const messages: Json[] = [];
    const rest: Part[] = [];
    // Results follow their calls at once; whatever else was said comes after them.
    for (const part of turn.parts) {
      if (part.type === 'tool_result') messages.push(this.#toolResult(part, rest));
      else rest.push(part);
    }
    if (rest.length > 0) messages.push({ role: 'user', content: this.#content(rest) });
    return messages;
  }

  /** A tool's message holds text only: pictures it answered with are shown by the user, after it. */
  #toolResult(result: ToolResultPart & Part, rest: Part[]): Json {
    if (result.isError) this.#dropped.add('tool_result.is_error');
    const texts = result.parts.filter((part) => part.type === 'text');
    rest.push(...result.parts.filter((part) => part.type !== 'text'));
    const { callId, cache } = result;
    const last = texts.at(-1);
    if (cache !== undefined && last !== undefined) texts[texts.length - 1] = { ...last, cache };
    return { role: 'tool', tool_call_id: callId, content: this.#content(texts) };
  }

  #assistant(parts: readonly Part[]): Json {
    const texts = parts.filter((part) => part.type === 'text');
    const refusal = textOf(parts, 'refusal');
    const calls = toolCallsOf(parts).map((call) => ({
      id: call.id,
      type: 'function',
      function: { name: call.name, arguments: call.argumentsText },
      ...(this.#takes.callSignatures ? callSignature(call.signature) : {}),
    }));
    const isSilent = texts.length === 0 && (calls.length > 0 || refusal !== '');
    return {
      role: 'assistant',
      content: isSilent ? null : this.#content(texts),
      ...(refusal === '' ? {} : { refusal }),
      ...this.#reasoning(parts, calls.length > 0),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    };
  }

  /** Only what an OpenAI-compatible provider gave is sent back; others' thoughts mean nothing to it. */
  #reasoning(parts: readonly Part[], hasCalls: boolean): Json {
    const details: Json[] = [];
    let words = '';
    for (const part of parts) {
      if (part.type !== 'thinking') continue;
      const sealed = openSeal(part.redactedData ?? part.signature);
      if (sealed?.kind === 'detail') details.push(restored(sealed.detail, part));
      // Such words are wanted back while a tool is being used, and by nobody afterwards.
      else if (sealed?.kind === 'content' && hasCalls) words += part.text;
      else this.#dropped.add('thinking');
    }
    if (details.length > 0) return { reasoning_details: details };
    return words === '' ? {} : { reasoning_content: words };
  }

  #content(parts: readonly Part[]): unknown {
    const [first] = parts;
    if (first === undefined) return '';
    const isPlain = parts.length === 1 && (first.cache === undefined || !this.#takes.cacheMarks);
    if (isPlain && first.type === 'text') {
      if (first.cache !== undefined) this.#dropped.add('cache_control');
      return first.text;
    }
    return parts.map((part) => this.#part(part));
  }

  #part(part: Part): Json {
    if (part.cache !== undefined && !this.#takes.cacheMarks) this.#dropped.add('cache_control');
    const mark = this.#takes.cacheMarks ? cacheControl(part.cache) : {};
    switch (part.type) {
      case 'text':
        return { type: 'text', text: part.text, ...mark };
      case 'image':
        return { ...this.#image(part.source, part.detail), ...mark };
      case 'audio':
        return { ...this.#audio(part.source), ...mark };
      case 'file':
        return { ...this.#file(part.source, part.name), ...mark };
      case 'refusal':
        return { type: 'text', text: part.text, ...mark };
      case 'tool_call':
      case 'tool_result':
      case 'thinking':
        return this.#refuse(`A ${part.type} cannot stand here in OpenAI's dialect.`);
    }
  }

  #image(source: Media, detail: string | undefined): Json {
    const url = urlOfMedia(source);
    if (url === null) {
      return this.#refuse(
        'An image given by a file id cannot be sent to this provider: send its bytes or its URL.',
      );
    }
    return { type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } };
  }

  #audio(source: Media): Json {
    const format = source.kind === 'base64' ? formatOfMediaType(source.mediaType) : null;
    if (source.kind !== 'base64' || format === null) {
      return this.#refuse('A recording must be sent to this provider as its bytes, with a type.');
    }
    return { type: 'input_audio', input_audio: { data: source.data, format } };
  }

  #file(source: Media, name: string | undefined): Json {
    if (source.kind === 'url') {
      return this.#refuse('A file given by a URL cannot be sent to this provider: send its bytes.');
    }
    const named = name === undefined ? {} : { filename: name };
    const file =
      source.kind === 'id' ? { file_id: source.id } : { file_data: urlOfMedia(source), ...named };
    return { type: 'file', file };
  }

  #refuse(message: string): Json {
    this.#problem ??= { message, param: 'messages' };
    return {};
  }
}

function restored(detail: Json, part: ThinkingPart): Json {
  return part.redactedData === undefined ? { ...detail, text: part.text } : detail;
}
