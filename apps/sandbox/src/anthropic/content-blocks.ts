import { isObject, textOf } from '../json/json-object.js';
import type { JsonObject } from '../json/json-object.js';
import type { CacheTtl } from '../simulation/prompt-cache.js';
import { InvalidRequest } from './errors.js';
import { objectAt, requiredText } from './members.js';
import { isOwnSignature } from './signature.js';

/** One block of a message, as far as a simulated model reads it. */
export interface ContentBlock {
  readonly type: string;
  /** What is counted as prompt. */
  readonly text: string;
  /** Tokens that are no text: pictures and documents. */
  readonly mediaTokens: number;
  /** The id of a `tool_use`, or the one a `tool_result` answers. */
  readonly callId: string;
  readonly mark: CacheTtl | null;
}

const MEDIA_TOKENS = 1_500;
const set = (...names: string[]): ReadonlySet<string> => new Set(['type', ...names]);

/** Members of each block, and who may say it. */
const BLOCKS: Readonly<
  Record<string, { readonly members: ReadonlySet<string>; readonly role: string | null }>
> = {
  text: { members: set('text', 'cache_control', 'citations'), role: null },
  image: { members: set('source', 'cache_control', 'transformations'), role: 'user' },
  document: {
    members: set('source', 'cache_control', 'citations', 'context', 'title'),
    role: 'user',
  },
  search_result: {
    members: set('content', 'source', 'title', 'cache_control', 'citations'),
    role: 'user',
  },
  thinking: { members: set('thinking', 'signature'), role: 'assistant' },
  redacted_thinking: { members: set('data'), role: 'assistant' },
  tool_use: {
    members: set('id', 'input', 'name', 'cache_control', 'caller', 'toolset_name'),
    role: 'assistant',
  },
  tool_result: {
    members: set('tool_use_id', 'cache_control', 'content', 'is_error', 'toolset_name'),
    role: 'user',
  },
};
const IN_TOOL_RESULT: ReadonlySet<string> = new Set(['text', 'image', 'document', 'search_result']);
const ID = /^[a-zA-Z0-9_-]+$/;
const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
]);

/** Reads a message's content: a text, or blocks. */
export function readContent(content: unknown, role: string, path: string): readonly ContentBlock[] {
  if (typeof content === 'string') {
    return [{ type: 'text', text: content, mediaTokens: 0, callId: '', mark: null }];
  }
  if (content === undefined) throw new InvalidRequest(path, 'Field required');
  if (!Array.isArray(content)) throw new InvalidRequest(path, 'Input should be a valid list');
  return content.map((block: unknown, i) => readBlock(block, role, `${path}.${String(i)}`));
}

function readBlock(value: unknown, role: string, path: string): ContentBlock {
  const type = textOf(value, 'type');
  const known = BLOCKS[type];
  if (known === undefined) {
    throw new InvalidRequest(
      path,
      `Input tag '${type}' found using 'type' does not match any of the expected tags: ${Object.keys(
        BLOCKS,
      )
        .map((name) => `'${name}'`)
        .join(', ')}`,
    );
  }
  const block = objectAt(value, path, known.members);
  if (known.role !== null && known.role !== role) {
    throw new InvalidRequest(
      path.replace(/\.content\.\d+$/, ''),
      `\`${type}\` blocks can only be in \`${known.role}\` messages`,
    );
  }
  const mark = readMark(block['cache_control'], `${path}.cache_control`);
  return { type, mark, ...readInner(block, type, path) };
}

/** A `cache_control`; null where there is none. */
export function readMark(value: unknown, path: string): CacheTtl | null {
  if (value === undefined || value === null) return null;
  const control = objectAt(value, path, new Set(['type', 'ttl']));
  if (control['type'] !== 'ephemeral') {
    throw new InvalidRequest(`${path}.type`, "Input should be 'ephemeral'");
  }
  const ttl = control['ttl'] ?? '5m';
  if (ttl !== '5m' && ttl !== '1h') {
    throw new InvalidRequest(`${path}.ttl`, "Input should be '5m' or '1h'");
  }
  return ttl;
}

function readInner(
  block: JsonObject,
  type: string,
  path: string,
): Pick<ContentBlock, 'text' | 'mediaTokens' | 'callId'> {
  const nothing = { text: '', mediaTokens: 0, callId: '' };
  switch (type) {
    case 'text':
      return { ...nothing, text: readText(block, path) };
    case 'image':
    case 'document':
      checkSource(block['source'], type, `${path}.source`);
      return { ...nothing, mediaTokens: MEDIA_TOKENS };
    case 'search_result':
      return { ...nothing, text: JSON.stringify(block['content'] ?? '') };
    case 'thinking':
      return { ...nothing, text: readThinking(block, path) };
    case 'redacted_thinking':
      return { ...nothing, text: requiredText(block, 'data', path) };
    case 'tool_use':
      return { ...nothing, ...readToolUse(block, path) };
    default:
      return readToolResult(block, path);
  }
}

function readText(block: JsonObject, path: string): string {
  const text = requiredText(block, 'text', path);
  if (text === '') {
    throw new InvalidRequest('messages', 'text content blocks must be non-empty');
  }
  return text;
}

function readThinking(block: JsonObject, path: string): string {
  const thinking = requiredText(block, 'thinking', path);
  const signature = requiredText(block, 'signature', path);
  if (!isOwnSignature(thinking, signature)) {
    throw new InvalidRequest(path, 'Invalid `signature` in `thinking` block');
  }
  return thinking;
}

function readToolUse(block: JsonObject, path: string): Pick<ContentBlock, 'text' | 'callId'> {
  const callId = readId(block, 'id', path);
  const name = requiredText(block, 'name', path);
  const input = block['input'];
  if (input === undefined) throw new InvalidRequest(`${path}.input`, 'Field required');
  if (!isObject(input)) {
    throw new InvalidRequest(`${path}.input`, 'Input should be a valid dictionary');
  }
  return { text: name + JSON.stringify(input), callId };
}

function readToolResult(
  block: JsonObject,
  path: string,
): Pick<ContentBlock, 'text' | 'mediaTokens' | 'callId'> {
  const callId = readId(block, 'tool_use_id', path);
  const content = block['content'] ?? '';
  const parts = readContent(content, 'user', `${path}.content`);
  const odd = parts.find(({ type }) => !IN_TOOL_RESULT.has(type));
  if (odd !== undefined) {
    throw new InvalidRequest(
      `${path}.content`,
      `Input tag '${odd.type}' found using 'type' does not match any of the expected tags: 'text', 'image', 'document', 'search_result'`,
    );
  }
  return {
    text: parts.map(({ text }) => text).join(''),
    mediaTokens: parts.reduce((sum, part) => sum + part.mediaTokens, 0),
    callId,
  };
}

function readId(block: JsonObject, name: string, path: string): string {
  const id = requiredText(block, name, path);
  if (!ID.test(id)) {
    throw new InvalidRequest(`${path}.${name}`, `String should match pattern '^[a-zA-Z0-9_-]+$'`);
  }
  return id;
}

function checkSource(source: unknown, block: string, path: string): void {
  const type = textOf(source, 'type');
  if (!isObject(source)) throw new InvalidRequest(path, 'Field required');
  if (type === 'base64') {
    const mediaType = requiredText(source, 'media_type', path);
    requiredText(source, 'data', path);
    const isKnown =
      block === 'image' ? MEDIA_TYPES.has(mediaType) : mediaType === 'application/pdf';
    if (!isKnown) {
      throw new InvalidRequest(
        `${path}.base64.media_type`,
        block === 'image'
          ? "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"
          : "Input should be 'application/pdf'",
      );
    }
  } else if (type === 'url') {
    if (!/^https?:\/\//.test(requiredText(source, 'url', path))) {
      throw new InvalidRequest(path, 'Only HTTPS URLs are supported.');
    }
  } else if (type === 'file') {
    requiredText(source, 'file_id', path);
  } else if (block === 'image' || (type !== 'text' && type !== 'content')) {
    throw new InvalidRequest(
      path,
      `Input tag '${type}' found using 'type' does not match any of the expected tags: 'base64', 'url', 'file'`,
    );
  }
}
