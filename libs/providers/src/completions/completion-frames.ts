import type { AnswerHead } from '../conversation/sides.js';
import { encodeUtf8 } from '../text/parse-json.js';

/** Identity of a completion: what each of its chunks repeats. */
export type CompletionHead = Pick<AnswerHead, 'answerId' | 'nowS' | 'requestedModel'>;

/** A `text_completion`, whole or a chunk. */
export function completionObject(
  head: CompletionHead,
  model: string | null,
  choices: readonly object[],
): object {
  return {
    id: head.answerId,
    object: 'text_completion',
    created: head.nowS,
    model: model ?? head.requestedModel,
    choices,
  };
}

/** One event with an object. */
export function completionFrame(object: object): Uint8Array {
  return encodeUtf8(`data: ${JSON.stringify(object)}\n\n`);
}
