import { countTokens } from '../simulation/token-counter.js';

/** What the simulated models read of a chat request. */
export interface ChatRequest {
  readonly model: unknown;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** `max_completion_tokens`, else `max_tokens`; null = none. */
  readonly maxTokens: number | null;
  readonly choices: number;
  readonly messages: readonly unknown[];
}

type Json = Readonly<Record<string, unknown>>;

/** A request OpenAI would refuse with 400. */
export class BadRequest extends Error {
  constructor(
    message: string,
    readonly param: string | null,
  ) {
    super(message);
  }
}

/** Parses a JSON object body. */
export function parseBody(body: Buffer): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    // SyntaxError: the body is not JSON.
    throw new BadRequest('We could not parse the JSON body of your request.', null);
  }
  if (!isObject(parsed)) throw new BadRequest('The body must be a JSON object.', null);
  return parsed;
}

/** Reads a chat request. */
export function readChatRequest(json: Json): ChatRequest {
  const messages = json['messages'];
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new BadRequest("Missing required parameter: 'messages'.", 'messages');
  }
  const options = json['stream_options'];
  if (isObject(options) && json['stream'] !== true) {
    throw new BadRequest("'stream_options' is only allowed with 'stream'.", 'stream_options');
  }
  return {
    model: json['model'],
    stream: json['stream'] === true,
    includeUsage: isObject(options) && options['include_usage'] === true,
    maxTokens: positive(json, 'max_completion_tokens') ?? positive(json, 'max_tokens'),
    choices: Math.min(positive(json, 'n') ?? 1, 8),
    messages,
  };
}

/** The prompt as one text: what cached prefixes are recognised by. */
export function promptText(request: ChatRequest): string {
  return request.messages.map((message) => contentOf(message)).join('\n');
}

/** Prompt tokens as OpenAI's models count them: four beside each message's text, three to open the answer. */
export async function countPrompt(request: ChatRequest): Promise<number> {
  let tokens = 3;
  for (const message of request.messages) tokens += 4 + (await countTokens(contentOf(message)));
  return tokens;
}

function contentOf(message: unknown): string {
  const content = isObject(message) ? message['content'] : null;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      isObject(part) && typeof part['text'] === 'string' ? part['text'] : '',
    )
    .join('');
}

function positive(json: Json, name: string): number | null {
  const value = json[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new BadRequest(`Invalid '${name}': expected a positive integer.`, name);
  }
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
