import { asRecord } from './usage.js';

/**
 * Adds up what a request may cost as input: the UTF-8 bytes of every text and key that reaches the model, and the
 * number of images, recordings and files, whose size in tokens only the model's own caps bound. The keys and
 * brackets of a message weigh more than the few tokens that frame it, so the sum is an upper bound.
 */
export class InputMeasure {
  /** UTF-8 bytes of texts, keys and numbers. */
  bytes = 0;
  images = 0;
  audios = 0;
  files = 0;

  readonly #byteLength: (text: string) => number;
  readonly #mediaKindOf: MediaKindOf;

  /** @param mediaKindOf knows the dialect's parts that are no text; OpenAI's where none is given. */
  constructor(byteLength: (text: string) => number, mediaKindOf: MediaKindOf = openAiMediaKind) {
    this.#byteLength = byteLength;
    this.#mediaKindOf = mediaKindOf;
  }

  /** Adds what holds no media, whatever it looks like: definitions of tools and schemas. */
  addText(value: unknown): void {
    const text = new InputMeasure(this.#byteLength, () => null);
    text.add(value);
    this.bytes += text.bytes;
  }

  /** Adds a JSON value, or nothing for a member that is absent. Its depth was checked before (JSON_DEPTH_MAX). */
  add(value: unknown): void {
    // An absent member sends nothing, so it costs nothing.
    if (value === undefined) return;
    if (typeof value === 'string') {
      this.bytes += this.#byteLength(value);
    } else if (typeof value === 'number') {
      this.bytes += NUMBER_BYTES;
    } else if (Array.isArray(value)) {
      for (const item of value) this.add(item);
    } else {
      const record = asRecord(value);
      if (record === null) this.bytes += LITERAL_BYTES;
      else if (!this.#addMedia(record)) this.#addMembers(record);
    }
  }

  #addMembers(record: Readonly<Record<string, unknown>>): void {
    for (const key in record) this.#addMember(key, record[key]);
  }

  #addMedia(part: Readonly<Record<string, unknown>>): boolean {
    const kind = this.#mediaKindOf(part);
    if (kind === null) return false;
    if (kind === 'image') this.images++;
    else if (kind === 'audio') this.audios++;
    else this.files++;
    // What merely stands in or beside a media part is text like any other: a whole message may look like a file.
    for (const key in part) {
      const payload = MEDIA_PAYLOADS.has(key) ? part[key] : undefined;
      if (payload === undefined) this.#addMember(key, part[key]);
      else this.#addPayload(payload, kind);
    }
    return true;
  }

  #addMember(key: string, value: unknown): void {
    this.bytes += this.#byteLength(key) + PUNCTUATION_BYTES;
    this.add(value);
  }

  /** The bytes of pictures, recordings and PDFs are no tokens; those of every other file are read as text. */
  #addPayload(payload: unknown, kind: MediaKind): void {
    const record = asRecord(payload);
    if (record === null) {
      if (typeof payload !== 'string' || !isOpaqueUrl(payload)) this.add(payload);
      return;
    }
    for (const key in record) {
      const value = record[key];
      const isRecording = kind === 'audio' && key === 'data';
      if (isRecording || (typeof value === 'string' && isOpaqueUrl(value))) continue;
      this.#addMember(key, value);
    }
  }
}

/** Members that hold a media part's bytes, or where they are. */
const MEDIA_PAYLOADS: ReadonlySet<string> = new Set([
  'image_url',
  'input_audio',
  'file',
  'file_data',
]);
const OPAQUE_URL = /^data:(?:(?:image|audio|video)\/|application\/pdf[;,])/i;

function isOpaqueUrl(url: string): boolean {
  return OPAQUE_URL.test(url);
}

/** What a part of a message is where it is no text; a film is a file. */
export type MediaKind = 'image' | 'audio' | 'file';

/** Tells a dialect's media parts from its text, or null for everything else. */
export type MediaKindOf = (part: Readonly<Record<string, unknown>>) => MediaKind | null;

/** Recognised by the payload too, so that a schema of type "file" stays text. */
function openAiMediaKind(part: Readonly<Record<string, unknown>>): MediaKind | null {
  if (part['type'] === 'image_url' && part['image_url'] !== undefined) return 'image';
  if (part['type'] === 'input_audio' && part['input_audio'] !== undefined) return 'audio';
  return part['type'] === 'file' && part['file'] !== undefined ? 'file' : null;
}

/** Digits of a number as JSON has at most, where it matters (schemas). */
const NUMBER_BYTES = 24;
const LITERAL_BYTES = 5;
/** Colon and comma. */
const PUNCTUATION_BYTES = 2;

/**
 * Counts the input of a chat request with a tokenizer, as OpenAI's models do: four tokens beside each message's text,
 * three to open the answer, tool definitions as their JSON.
 */
export function countChatInput(body: unknown, countTokens: (text: string) => number): number {
  const json = asRecord(body);
  if (json === null) return 0;
  let tokens = 3;
  const messages = json['messages'];
  for (const message of Array.isArray(messages) ? messages : []) {
    tokens += 4 + countTokens(textOf(asRecord(message)?.['content']));
    const calls = asRecord(message)?.['tool_calls'];
    if (calls !== undefined) tokens += countTokens(JSON.stringify(calls));
    const name = asRecord(message)?.['name'];
    if (typeof name === 'string') tokens += 1 + countTokens(name);
  }
  for (const member of ['tools', 'functions', 'response_format']) {
    if (json[member] !== undefined) tokens += countTokens(JSON.stringify(json[member]));
  }
  return tokens;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts: string[] = [];
  for (const part of content) {
    const text = asRecord(part)?.['text'];
    if (typeof text === 'string') texts.push(text);
  }
  return texts.join('');
}
