/** UTF-8 bytes of a text: an upper bound of its tokens, for a token has at least one byte. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    // Half of a pair: two units are four bytes, which is one more for each unit.
    else if (unit >= 0xd800 && unit <= 0xdfff) bytes += isPaired(text, i, unit) ? 1 : 2;
    else bytes += 2;
  }
  return bytes;
}

function isPaired(text: string, at: number, unit: number): boolean {
  const other = unit < 0xdc00 ? text.charCodeAt(at + 1) : text.charCodeAt(at - 1);
  return unit < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other < 0xdc00;
}

const BYTES_PER_TOKEN_LOW = 3;

/**
 * Tokens of a text where no tokenizer is at hand: one per three bytes, rounded up. Above the truth for prose and
 * code of any script (o200k: 3.3 to 5 bytes a token), not for random bytes; where a bound is needed use `utf8Bytes`.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(utf8Bytes(text) / BYTES_PER_TOKEN_LOW);
}
