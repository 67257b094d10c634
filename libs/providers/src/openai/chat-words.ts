import type { FinishReason } from '../conversation/answer-event.js';

type Json = Readonly<Record<string, unknown>>;

/** Why a choice ended, in OpenAI's words. A refusal by the provider's own rules is what they call a content filter. */
export function chatFinishReason(reason: FinishReason, isLegacy: boolean): string {
  switch (reason) {
    case 'tool_calls':
      return isLegacy ? 'function_call' : 'tool_calls';
    case 'refusal':
      return 'content_filter';
    case 'pause':
      return 'stop';
    case 'stop':
    case 'length':
    case 'content_filter':
      return reason;
  }
}

/** A thought as an entry of `reasoning_details`. */
export function reasoningDetail(text: string, signature: string | null, index: number): Json {
  return { type: 'reasoning.text', text, ...(signature === null ? {} : { signature }), index };
}

/** A hidden thought as an entry of `reasoning_details`. */
export function encryptedDetail(data: string, index: number): Json {
  return { type: 'reasoning.encrypted', data, index };
}

/** Gemini's signature of a tool call, where its own OpenAI-compatible endpoint puts it. */
export function callSignature(signature: string | undefined): Json {
  if (signature === undefined) return {};
  return { extra_content: { google: { thought_signature: signature } } };
}

/** Whether a request speaks of the deprecated `functions`: then the answer does too. */
export function usesFunctions(request: unknown): boolean {
  return typeof request === 'object' && request !== null && 'functions' in request;
}
