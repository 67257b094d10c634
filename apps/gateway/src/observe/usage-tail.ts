/** Bytes of a long answer's end that are kept to find its usage. */
export const TAIL_BYTES = 64 * 1024;

/** Members that hold usage: OpenAI's and Anthropic's, and Gemini's. */
const USAGE_MEMBERS = ['usage', 'usageMetadata'] as const;
const NOTHING = Buffer.from('{}');

/**
 * Of the end of a JSON answer that is too long to be parsed whole: a small answer with its usage alone, `{}` where
 * none is found. Usage stands at the root, after everything of size; the last one that parses wins.
 */
export function usageFromTail(tail: Buffer): Buffer {
  const text = tail.toString();
  for (const member of USAGE_MEMBERS) {
    const usage = lastOf(text, member);
    if (usage !== null) return Buffer.from(JSON.stringify({ [member]: usage }));
  }
  return NOTHING;
}

function lastOf(text: string, member: string): unknown {
  const mark = `"${member}"`;
  let from = text.length;
  for (let tries = 0; tries < 4; tries += 1) {
    const at = text.lastIndexOf(mark, from);
    if (at < 0) return null;
    const open = text.indexOf('{', at);
    if (open >= 0) {
      const parsed = parseAt(text, open);
      if (parsed !== null) return parsed;
    }
    from = at - 1;
  }
  return null;
}

/** The object that begins at `open`. Usage holds numbers and objects, so braces in strings are not looked for. */
function parseAt(text: string, open: number): unknown {
  let depth = 0;
  for (let i = open; i < text.length; i += 1) {
    const char = text[i];
    if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    if (depth > 0) continue;
    try {
      return JSON.parse(text.slice(open, i + 1));
    } catch {
      // SyntaxError: the braces belonged to something else.
      return null;
    }
  }
  return null;
}
