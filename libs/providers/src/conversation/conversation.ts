/**
 * What a request means, whatever dialect it came in: the hub of every translation. It is rich enough that nothing a
 * dialect can say and another can take is lost; what only one dialect knows stays in `extras` under its own name.
 */
export interface Conversation {
  readonly model: string;
  readonly system: readonly Part[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  /** null = the dialect's default. */
  readonly toolChoice: ToolChoice | null;
  /** Whether several tools may be called at once; null = not said. */
  readonly parallelTools: boolean | null;
  readonly sampling: Sampling;
  /** Bound of output tokens per choice; null = none given. */
  readonly maxTokens: number | null;
  readonly choices: number;
  readonly stream: boolean;
  readonly output: OutputFormat;
  readonly reasoning: Reasoning | null;
  /** The client's name for its own end user; null = none. */
  readonly endUser: string | null;
  /** Members that have no place above, by their name in the client's dialect: an upstream takes what it knows. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** Consecutive words of one speaker. Tool results stand in `user` turns, as Anthropic and Gemini have them. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly Part[];
}

/** One piece of a turn. `cache` marks the end of a prefix that the provider shall keep (Anthropic's cache_control). */
export type Part = (
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly source: Media; readonly detail?: string }
  | { readonly type: 'audio'; readonly source: Media }
  | { readonly type: 'file'; readonly source: Media; readonly name?: string }
  | ToolCallPart
  | ToolResultPart
  | ThinkingPart
  | { readonly type: 'refusal'; readonly text: string }
) & { readonly cache?: CacheMark };

/** How long a marked prefix is kept. */
export type CacheMark = '5m' | '1h';

/** Bytes in the request, a URL the provider fetches, or an id of a file the provider holds. */
export type Media =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string; readonly mediaType?: string }
  | { readonly kind: 'id'; readonly id: string };

/** A tool the model called. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  readonly id: string;
  readonly name: string;
  /** JSON text, exactly as it was produced. */
  readonly argumentsText: string;
  /** Gemini's opaque `thoughtSignature`, which must come back with the call. */
  readonly signature?: string;
}

/** What a tool answered. */
export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly callId: string;
  /** The tool's name where the dialect gives it (Gemini) or an earlier call tells it. */
  readonly name: string | null;
  readonly parts: readonly Part[];
  readonly isError: boolean;
}

/** Reasoning of an earlier answer, sent back. Its signature belongs to the provider that made it. */
export interface ThinkingPart {
  readonly type: 'thinking';
  readonly text: string;
  readonly signature: string | null;
  /** Set when the provider hid the text: the opaque data instead. */
  readonly redactedData?: string;
}

/** A function the model may call. `schema` is JSON Schema; null = takes nothing. */
export interface Tool {
  readonly name: string;
  readonly description: string | null;
  readonly schema: unknown;
  readonly strict: boolean | null;
  readonly cache?: CacheMark;
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  /** Any tool, but one of them. */
  | { readonly type: 'required' }
  | { readonly type: 'tool'; readonly name: string };

/** null = not given. */
export interface Sampling {
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
}

export type OutputFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: unknown;
      readonly strict: boolean | null;
    };

/** How hard the model may think: a word (OpenAI) or a bound of tokens (Anthropic, Gemini), as given. */
export interface Reasoning {
  readonly effort: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | null;
  readonly budgetTokens: number | null;
  /** Whether the thoughts themselves shall be shown. */
  readonly isShown: boolean;
}

/** A request that was understood, and the members that are dropped on the way in. */
export type ConversationResult =
  | { readonly ok: true; readonly conversation: Conversation; readonly dropped: readonly string[] }
  | {
      readonly ok: false;
      readonly problem: { readonly message: string; readonly param: string | null };
    };
