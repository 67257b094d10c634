import type {
  Conversation,
  Media,
  Part,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '../conversation/conversation.js';
import { TurnBuilder } from '../conversation/turn-builder.js';
import type { RequestProblem } from '../openai/read-request.js';
import { asRecord } from '../openai/usage.js';
import { parseJson } from '../text/parse-json.js';

type Json = Readonly<Record<string, unknown>>;

/** Models that refuse a call of an earlier turn which has no signature. */
const DEMANDS_SIGNATURES = /gemini-(?:[3-9]|\d\d)/i;
/** What Google documents for calls that another model made, or whose signature was lost. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** Where Google fetches files itself. */
const FETCHED_BY_GOOGLE =
  /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/|https:\/\/(?:www\.)?youtube\.com\/watch|https:\/\/youtu\.be\/)/i;

/**
 * Writes a conversation's turns as Gemini's contents. Consecutive turns of one speaker become one, for Gemini wants all
 * answers to parallel calls together. Thoughts of earlier answers stay behind: only the provider that made them could
 * check their signature, and Gemini's own stands on its calls.
 */
export class GeminiContentWriter {
  readonly #dropped: Set<string>;
  readonly #demandsSignatures: boolean;
  /** The latest call of each id: a result may not name its tool. */
  readonly #toolNames = new Map<string, string>();
  #problem: RequestProblem | null = null;

  constructor(upstreamModel: string, dropped: Set<string>) {
    this.#demandsSignatures = DEMANDS_SIGNATURES.test(upstreamModel);
    this.#dropped = dropped;
  }

  /** Why the conversation cannot be written; null = it can. */
  get problem(): RequestProblem | null {
    return this.#problem;
  }

  /** The contents and the system instruction; look at `problem` before they are sent. */
  write({ system, turns }: Conversation): Json {
    const contents = joined(turns)
      .map((turn) => this.#content(turn))
      .filter((content) => content.parts.length > 0);
    const parts = this.#partsOf(system);
    return { ...(parts.length === 0 ? {} : { systemInstruction: { parts } }), contents };
  }

  #content(turn: Turn): { readonly role: string; readonly parts: readonly Json[] } {
    const role = turn.role === 'assistant' ? 'model' : 'user';
    return { role, parts: this.#partsOf(turn.parts) };
  }

  /** Answers to calls come first: whatever else was said follows them. */
  #partsOf(parts: readonly Part[]): readonly Json[] {
    const results: Json[] = [];
    const rest: Json[] = [];
    for (const part of parts) {
      if (part.cache !== undefined) this.#dropped.add('cache_control');
      if (part.type === 'tool_result') {
        results.push(this.#result(part));
        // Media stands beside the answer: inside it only the newest models take any.
        rest.push(...this.#partsOf(part.parts.filter((one) => one.type !== 'text')));
      } else {
        rest.push(...this.#part(part, rest));
      }
    }
    return [...results, ...rest];
  }

  #part(part: Exclude<Part, ToolResultPart>, before: readonly Json[]): readonly Json[] {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text === '' ? [] : [{ text: part.text }];
      case 'thinking':
        this.#dropped.add('thinking');
        return [];
      case 'tool_call':
        return [
          this.#call(
            part,
            before.some((one) => one['functionCall'] !== undefined),
          ),
        ];
      case 'image':
        if (part.detail !== undefined) this.#dropped.add('image_url.detail');
        return [this.#media(part.source, 'An image')];
      case 'audio':
        return [this.#media(part.source, 'A recording')];
      case 'file':
        return [this.#media(part.source, 'A file')];
    }
  }

  /** The first of parallel calls carries the signature of all. */
  #call(call: ToolCallPart, isParallel: boolean): Json {
    const { id, name } = call;
    this.#toolNames.set(id, name);
    const text = call.argumentsText.trim();
    const args = text === '' ? {} : asRecord(parseJson(text));
    if (args === null) {
      return this.#refuse(`The arguments of the earlier call of \`${name}\` are no JSON object.`);
    }
    const missing = this.#demandsSignatures && !isParallel ? NO_SIGNATURE : undefined;
    const thoughtSignature = call.signature ?? missing;
    return {
      functionCall: { id, name, args },
      ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
    };
  }

  #result(result: ToolResultPart): Json {
    const name = result.name ?? this.#toolNames.get(result.callId);
    if (name === undefined) {
      return this.#refuse(`The tool result for \`${result.callId}\` answers no earlier call.`);
    }
    let text = '';
    for (const part of result.parts) if (part.type === 'text') text += part.text;
    const response = result.isError ? { error: text } : { output: text };
    return { functionResponse: { id: result.callId, name, response } };
  }

  #media(source: Media, what: string): Json {
    switch (source.kind) {
      case 'base64':
        return { inlineData: { mimeType: source.mediaType, data: source.data } };
      case 'id':
        return this.#refuse(
          `${what} is given by the id of a file that another provider holds; send its bytes.`,
        );
      case 'url': {
        const { url, mediaType } = source;
        if (!FETCHED_BY_GOOGLE.test(url)) {
          return this.#refuse(
            `${what} is given by a URL that Gemini cannot fetch (${placeOf(url)}); send its bytes as a base64 data URL.`,
          );
        }
        return {
          fileData: { ...(mediaType === undefined ? {} : { mimeType: mediaType }), fileUri: url },
        };
      }
    }
  }

  #refuse(message: string): Json {
    this.#problem ??= { message, param: 'messages' };
    return {};
  }
}

function joined(turns: readonly Turn[]): readonly Turn[] {
  const builder = new TurnBuilder();
  for (const turn of turns) builder.add(turn.role, turn.parts);
  return builder.turns();
}

const PLACE_CHARS_MAX = 200;

/** A URL without its query, which may hold a secret. */
function placeOf(url: string): string {
  return url.replace(/[?#].*$/s, '').slice(0, PLACE_CHARS_MAX);
}
