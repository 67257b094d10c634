import type { AnswerReading } from './chat-response.js';
import { readChatUsage } from './usage.js';
import type { UsageBounds } from './usage.js';

const USAGE = '"usage":{';
const FINISH_REASON = '"finish_reason":"';
const MODEL = '"model":"';
const NAME_CHARS_MAX = 300;

/**
 * Reads an ordinary chat answer by its marks instead of parsing all of it: most of an answer is text that says
 * nothing to us. Inside JSON strings quotes are escaped, so a mark found is a member. Whatever is not quite
 * ordinary (an error, no usage, odd figures, other spacing) answers null and is parsed whole.
 */
export function readPlainAnswer(text: string, bounds: UsageBounds): AnswerReading | null {
  const at = text.lastIndexOf(USAGE);
  // Two of them: one is an extension's, nested somewhere, and only the parser knows which.
  if (at < 0 || text.indexOf(USAGE) !== at || text.includes('"error"')) return null;
  const usage = parsedAt(text, at + USAGE.length - 1);
  if (usage === undefined) return null;
  const reading = readChatUsage(usage, bounds);
  if (reading.state !== 'valid') return null;
  return {
    usage: reading.usage,
    isUsageInvalid: false,
    finishReason: textAfter(text, text.lastIndexOf(FINISH_REASON), FINISH_REASON.length),
    reportedModel: textAfter(text, text.indexOf(MODEL), MODEL.length),
    error: null,
  };
}

/** The object that begins at `open`; undefined when its end is not where the braces say. */
function parsedAt(text: string, open: number): unknown {
  let depth = 0;
  for (let i = open; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 123) depth += 1;
    else if (code === 125) depth -= 1;
    else if (code === 92) return undefined;
    if (depth > 0) continue;
    try {
      return JSON.parse(text.slice(open, i + 1));
    } catch {
      // SyntaxError: a brace stood in a string.
      return undefined;
    }
  }
  return undefined;
}

function textAfter(text: string, at: number, length: number): string | null {
  if (at < 0) return null;
  const start = at + length;
  const end = text.indexOf('"', start);
  return end < 0 || end === start || end - start > NAME_CHARS_MAX ? null : text.slice(start, end);
}
