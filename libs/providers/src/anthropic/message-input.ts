import { InputMeasure } from '../openai/input-measure.js';
import type { MediaKind } from '../openai/input-measure.js';
import { asRecord } from '../openai/usage.js';
import { toolKindOf } from './server-tools.js';

type Json = Readonly<Record<string, unknown>>;

/** Members of a Messages request, beside its messages, whose text reaches the model. */
const MEASURED = [
  'system',
  'tools',
  'tool_choice',
  'output_config',
  'output_format',
  'mcp_servers',
];

/** Tokens that open the answer, and room for members no one measures. */
const FRAME_TOKENS = 16;
/** The instructions Anthropic puts before the tools of a request: some 350 to 700 tokens, by model and choice. */
const TOOL_PROMPT_TOKENS = 1_000;
/** The description of a tool that Anthropic itself defines (the client sends only its name). */
const DEFINED_TOOL_TOKENS = 2_000;
/**
 * What a tool that Anthropic runs may add to the input while it answers (search results, pages, outputs). No bound
 * is given by the format; this is what is held for, and ten times as much is believed.
 */
const SERVER_TOOL_TOKENS = 50_000;
/** The instructions that go with a schema for the answer. */
const SCHEMA_PROMPT_TOKENS = 500;

/** What a Messages request may cost as input. */
export interface MessagesInput {
  /** No text input can be more tokens than this, what the provider adds included. */
  readonly tokensBound: number;
  /** The part of the bound that the request itself brings. */
  readonly ownTokens: number;
  readonly images: number;
  readonly files: number;
}

/**
 * Measures the input of a `messages` or `count_tokens` body.
 * @param byteLength counts UTF-8 bytes; with a tokenizer in its place the bound becomes a close count.
 */
export function measureMessages(json: Json, byteLength: (text: string) => number): MessagesInput {
  const measure = new BlockMeasure(byteLength);
  for (const member of MEASURED) measure.addText(json[member]);
  measure.addContent(json['messages']);
  const ownTokens = measure.bytes + FRAME_TOKENS;
  return {
    tokensBound: ownTokens + promptTokensOf(json),
    ownTokens,
    images: measure.images,
    files: measure.files,
  };
}

/**
 * Counts the input of a Messages request with a tokenizer, keys and brackets included: a little above the truth. What
 * a provider adds is not counted: nobody knows how much that was, and what is charged was never more than produced.
 */
export function countMessagesInput(body: unknown, countTokens: (text: string) => number): number {
  return measureMessages(asRecord(body) ?? {}, countTokens).ownTokens;
}

/** Tokens that Anthropic may add to the input of a Messages request, at most. */
export function addedMessagesTokens(body: unknown): number {
  return promptTokensOf(asRecord(body) ?? {});
}

/** Tokens of instructions that the provider adds of its own accord. */
function promptTokensOf(json: Json): number {
  const tools = json['tools'];
  const servers = json['mcp_servers'];
  let tokens = schemaOf(json) === null ? 0 : SCHEMA_PROMPT_TOKENS;
  if (Array.isArray(servers)) tokens += servers.length * SERVER_TOOL_TOKENS;
  if (!Array.isArray(tools) || tools.length === 0) return tokens;
  tokens += TOOL_PROMPT_TOKENS;
  for (const tool of tools) {
    const kind = toolKindOf(asRecord(tool)?.['type']);
    if (kind === 'client') tokens += DEFINED_TOOL_TOKENS;
    else if (kind === 'server') tokens += DEFINED_TOOL_TOKENS + SERVER_TOOL_TOKENS;
  }
  return tokens;
}

/**
 * Walks messages and their content blocks. Media are looked for only where Anthropic takes them: what looks like an
 * image inside a tool's input is text to the model, however long.
 */
class BlockMeasure {
  images = 0;
  files = 0;
  readonly #text: InputMeasure;

  constructor(byteLength: (text: string) => number) {
    this.#text = new InputMeasure(byteLength, () => null);
  }

  get bytes(): number {
    return this.#text.bytes;
  }

  addText(value: unknown): void {
    this.#text.add(value);
  }

  /** Messages, or the content of one, or that of a tool result or a document. */
  addContent(content: unknown): void {
    if (!Array.isArray(content)) {
      this.addText(content);
      return;
    }
    for (const item of content) {
      const block = asRecord(item);
      if (block === null) this.addText(item);
      else this.#addBlock(block);
    }
  }

  #addBlock(block: Json): void {
    const kind = mediaKindOf(block);
    if (kind !== null) {
      if (kind === 'image') this.images++;
      else this.files++;
      // Title and context are text to the model, and so is what merely stands beside a source.
      const { source, content, ...others } = block;
      this.addText(others);
      this.addContent(content);
      this.addText(textSourceOf(source));
    } else if (holdsBlocks(block)) {
      const { content, source, ...others } = block;
      this.addText(others);
      this.addText('content');
      this.addContent(content);
      this.addContent(asRecord(source)?.['content'] ?? source);
    } else this.addText(block);
  }
}

/** Messages, tool results and documents hold blocks of their own. */
function holdsBlocks(block: Json): boolean {
  const type = block['type'];
  return type === undefined || type === 'tool_result' || type === 'document';
}

/** Blocks that are no text; a document whose text is in the request is text. */
function mediaKindOf(block: Json): MediaKind | null {
  if (block['type'] === 'container_upload') return 'file';
  const source = asRecord(block['source'])?.['type'];
  if (source !== 'base64' && source !== 'url' && source !== 'file') return null;
  if (block['type'] === 'image') return 'image';
  return block['type'] === 'document' ? 'file' : null;
}

/** The data of a source that other providers read as text; pictures and PDFs are sized by their caps. */
function textSourceOf(value: unknown): unknown {
  const source = asRecord(value);
  const mediaType = source?.['media_type'];
  const isOpaque = typeof mediaType !== 'string' || OPAQUE_TYPE.test(mediaType);
  return isOpaque ? undefined : source?.['data'];
}

const OPAQUE_TYPE = /^(?:(?:image|audio|video)\/|application\/pdf$)/i;

/** The format the answer shall have, where one is asked for; `output_format` is its older place. */
export function schemaOf(json: Json): Json | null {
  return asRecord(asRecord(json['output_config'])?.['format'] ?? json['output_format']);
}
