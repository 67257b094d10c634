import type { Media, Part } from '../conversation/conversation.js';
import type { RequestIntake } from '../conversation/request-intake.js';

type Json = Readonly<Record<string, unknown>>;

/** Reads content blocks of words, images and documents. */
export class BlockReader {
  readonly #intake: RequestIntake;

  constructor(intake: RequestIntake) {
    this.#intake = intake;
  }

  /** One block; a document may be several parts. */
  read(block: Json, param: string): readonly Part[] {
    switch (block['type']) {
      case 'text':
        if (block['citations'] !== undefined && block['citations'] !== null) {
          this.#intake.drop('messages[].content[].citations');
        }
        return this.#words(block['text'], `${param}.text`);
      case 'image': {
        const source = this.#source(block, param);
        return source === null ? [] : [{ type: 'image', source }];
      }
      case 'document':
        return this.#document(block, param);
      case 'search_result':
        return this.#searchResult(block, param);
      default:
        this.#intake.refuse(
          `${param}.type`,
          `\`${param}.type\` is a kind of block that cannot be translated: it works with Anthropic only.`,
        );
        return [];
    }
  }

  #words(value: unknown, param: string): readonly Part[] {
    const text = this.#intake.text(value, param);
    return text === '' ? [] : [{ type: 'text', text }];
  }

  #document(block: Json, param: string): readonly Part[] {
    const intake = this.#intake;
    const citations = intake.record(block['citations'] ?? {}, `${param}.citations`);
    if (citations['enabled'] === true) intake.drop('messages[].content[].citations');
    const title = intake.optionalText(block['title'], `${param}.title`) ?? '';
    const context = intake.optionalText(block['context'], `${param}.context`) ?? '';
    const before = this.#words(context, `${param}.context`);
    const given = intake.record(block['source'], `${param}.source`);
    const named = this.#words(title, `${param}.title`);
    if (given['type'] === 'text') {
      return [...named, ...before, ...this.#words(given['data'], `${param}.source.data`)];
    }
    if (given['type'] === 'content') {
      return [...named, ...before, ...this.#contentOf(given, `${param}.source.content`)];
    }
    const source = this.#source(block, param);
    if (source === null) return before;
    return [...before, { type: 'file', source, ...(title === '' ? {} : { name: title }) }];
  }

  /** Search results become the words they are: title, where from, and what was found. */
  #searchResult(block: Json, param: string): readonly Part[] {
    return [
      ...this.#words(block['title'], `${param}.title`),
      ...this.#words(block['source'], `${param}.source`),
      ...this.#contentOf(block, `${param}.content`),
    ];
  }

  #contentOf(holder: Json, param: string): readonly Part[] {
    const content = holder['content'];
    if (typeof content === 'string') return this.#words(content, param);
    return this.#intake.list(content, param).flatMap((item, i) => {
      const at = `${param}[${String(i)}]`;
      return this.read(this.#intake.record(item, at), at);
    });
  }

  #source(block: Json, param: string): Media | null {
    const intake = this.#intake;
    const at = `${param}.source`;
    const source = intake.record(block['source'], at);
    switch (source['type']) {
      case 'base64':
        return {
          kind: 'base64',
          mediaType: intake.text(source['media_type'], `${at}.media_type`),
          data: intake.text(source['data'], `${at}.data`),
        };
      case 'url':
        return { kind: 'url', url: intake.text(source['url'], `${at}.url`) };
      case 'file':
        return { kind: 'id', id: intake.text(source['file_id'], `${at}.file_id`) };
      default:
        intake.refuse(`${at}.type`, `\`${at}.type\` must be base64, url or file.`);
        return null;
    }
  }
}
