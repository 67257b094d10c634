import type { AnswerReading } from '../openai/chat-response.js';
import type { AnswerEvent } from './answer-event.js';

/** What a whole answer tells, and the text it produced. */
export interface AnswerSummary extends AnswerReading {
  readonly text: string;
}

/** Sums up the events of an answer that was not streamed. */
export function summarise(events: readonly AnswerEvent[]): AnswerSummary {
  const texts: string[] = [];
  let summary: AnswerReading = {
    usage: null,
    isUsageInvalid: false,
    finishReason: null,
    reportedModel: null,
    error: null,
  };
  for (const event of events) {
    texts.push(producedText(event));
    if (event.type === 'start') summary = { ...summary, reportedModel: event.model };
    else if (event.type === 'finish') summary = { ...summary, finishReason: event.reason };
    else if (event.type === 'usage') summary = { ...summary, usage: event.usage };
    else if (event.type === 'error') summary = { ...summary, error: event.error };
  }
  return { ...summary, text: texts.join('') };
}

/** The text of an event that the model produced, as far as it can be counted. */
export function producedText(event: AnswerEvent): string {
  switch (event.type) {
    case 'text':
    case 'thinking':
    case 'refusal':
    case 'tool_arguments':
      return event.text;
    case 'tool_call':
      return event.name;
    case 'start':
    case 'thinking_signature':
    case 'redacted_thinking':
    case 'finish':
    case 'usage':
    case 'error':
      return '';
  }
}
