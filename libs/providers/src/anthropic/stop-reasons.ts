import type { FinishReason } from '../conversation/answer-event.js';

const FINISH_REASONS: ReadonlyMap<unknown, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['pause_turn', 'pause'],
  ['refusal', 'refusal'],
]);

/** Why an Anthropic answer ended; a reason that is not known is an ordinary end. */
export function finishReasonOf(stopReason: unknown): FinishReason {
  return FINISH_REASONS.get(stopReason) ?? 'stop';
}

/** What is known of an answer when its end is written. */
export interface AnswerEnd {
  readonly reason: FinishReason;
  readonly stopSequence: string | null;
  /** Some providers end an answer that calls tools with a plain stop. */
  readonly callsTools: boolean;
  readonly refuses: boolean;
}

/** Anthropic's word for the end of an answer. */
export function stopReasonOf(end: AnswerEnd): string {
  switch (end.reason) {
    case 'length':
      return 'max_tokens';
    case 'tool_calls':
      return 'tool_use';
    case 'content_filter':
    case 'refusal':
      return 'refusal';
    case 'pause':
      return 'pause_turn';
    case 'stop':
      if (end.callsTools) return 'tool_use';
      if (end.refuses) return 'refusal';
      return end.stopSequence === null ? 'end_turn' : 'stop_sequence';
  }
}
