import type { Media, Part } from '../conversation/conversation.js';
import type { RequestProblem } from '../openai/read-request.js';
import { decodeUtf8 } from '../text/parse-json.js';

type Json = Record<string, unknown>;

const PDF = 'application/pdf';
const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

/** Writes words, images and files as Anthropic's content blocks. The first that cannot be is the problem. */
export class BlockWriter {
  problem: RequestProblem | null = null;

  /** The block; null for empty words, which Anthropic refuses, and for what is a problem. */
  write(part: Part): Json | null {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return part.text === '' ? null : { type: 'text', text: part.text };
      case 'image':
        return this.#image(part.source);
      case 'file':
        return this.#file(part.source, part.name ?? null);
      case 'audio':
      case 'thinking':
      case 'tool_call':
      case 'tool_result':
        return this.#refuse(`This provider takes no ${part.type} here: leave it out.`);
    }
  }

  #image(source: Media): Json | null {
    if (source.kind === 'base64' && !IMAGE_TYPES.has(source.mediaType)) {
      return this.#refuse(`An image must be a JPEG, PNG, GIF or WebP for this provider.`);
    }
    return { type: 'image', source: sourceOf(source) };
  }

  #file(source: Media, name: string | null): Json | null {
    const title = name === null ? {} : { title: name };
    if (source.kind !== 'base64' || source.mediaType === PDF) {
      return { type: 'document', source: sourceOf(source), ...title };
    }
    if (!source.mediaType.startsWith('text/')) {
      return this.#refuse('A file must be a PDF or a text for this provider.');
    }
    const data = textOfBase64(source.data);
    if (data === null) return this.#refuse('The data of a file must be base64.');
    return { type: 'document', source: { type: 'text', media_type: 'text/plain', data }, ...title };
  }

  #refuse(message: string): null {
    this.problem ??= { message, param: 'messages' };
    return null;
  }
}

function sourceOf(source: Media): Json {
  switch (source.kind) {
    case 'base64':
      return { type: 'base64', media_type: source.mediaType, data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'id':
      return { type: 'file', file_id: source.id };
  }
}

function textOfBase64(data: string): string | null {
  try {
    return decodeUtf8(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
  } catch {
    // InvalidCharacterError: the client's data is no base64.
    return null;
  }
}
