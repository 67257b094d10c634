/**
 * What the price catalogue does not say of a model and requests need: whether it answers with text, what it takes,
 * how much it writes at most, whether it thinks unseen. Read off the families' names; an admin can change all of it
 * per model. Unknown figures stay unknown rather than guessed.
 */

/** Answers that are no text, or are not billed by their tokens alone. */
const NOT_TEXT =
  /whisper|transcri|tts|audio|realtime|-live|image|dall-e|sora|veo|imagen|speech|voice|moderation|rerank|ocr|guard/;
/** Names that providers switched off or that are no model of their own. */
const RETIRED =
  /^(ada|babbage|curie|davinci|text-davinci-.*|gpt-3\.5-0301|gpt-4-vision-preview|claude-(v1|2).*)$|^ft:|[-.]$|:extended$/;
const EMBEDS = /embed/;
/** Families that think before they write, or can: their unseen output is billed, so it is held whole. */
const THINKS =
  /(^|\/)o[1-9](-|$)|gpt-([5-9]|oss)|codex|claude-3[-.]7|claude-[a-z]+-[4-9]|gemini-(2\.5|[3-9])|grok-[3-9]|deepseek-(r|v3\.[1-9])|deepseek-reasoner|reason|think|qwq|qwen3|magistral|glm-[4-9]|kimi-k|minimax-m|research|sonar-.*pro/;
/** Families that read images. */
const SEES =
  /gpt-(4o|4\.1|4\.5|4-turbo|[5-9])|(^|\/)(o[13](-2|-pro|-deep|$)|o4)|claude-(3|[a-z]+-[4-9])|gemini|gemma-3|pixtral|vision|-vl|llama-4|grok-[4-9]|nova-(lite|pro|premier)/;
/** Families that call no tools. */
const CALLS_NO_TOOLS =
  /instruct$|o1-(mini|preview)|gpt-4o-search|perplexity|sonar|deepseek-r1|qwq|base$/;

/** The most output tokens of families that say so; the first that fits counts. */
const OUTPUT_CAPS: readonly (readonly [RegExp, number])[] = [
  [/gpt-3\.5|gpt-4-turbo|gpt-4-1106|gpt-4-0125/, 4_096],
  [/gpt-4o|chatgpt-4o|gpt-4\.5|gpt-5(\.\d)?-chat|gpt-chat/, 16_384],
  [/gpt-4\.1/, 32_768],
  [/(^|\/)gpt-4(-|$)/, 8_192],
  [/(^|\/)o1-mini/, 65_536],
  [/(^|\/)o1-preview/, 32_768],
  [/(^|\/)o[134](-|$)|codex-mini/, 100_000],
  [/gpt-[5-9]/, 128_000],
  [/claude-3-(haiku|opus|sonnet)/, 4_096],
  [/claude-3[-.]5/, 8_192],
  [/claude-3[-.]7/, 64_000],
  [/claude-opus-4(-0|-1|\.1)?($|-2025|:)/, 32_000],
  [/claude-[a-z]+-[4-9]/, 64_000],
  [/gemini-(1|2\.0)/, 8_192],
  [/gemini-(2\.5|[3-9])/, 65_536],
];

/** Why a model is not taken into the catalogue; null = it is. */
export function unsuitable(id: string): string | null {
  if (RETIRED.test(id)) return 'retired, or no model of its own';
  return NOT_TEXT.test(id) ? 'not billed by the tokens of text alone' : null;
}

export function kindOf(id: string): 'chat' | 'embeddings' {
  return EMBEDS.test(id) ? 'embeddings' : 'chat';
}

/** Whether output may be billed that nobody sees. */
export function hidesOutput(id: string): boolean {
  return THINKS.test(id);
}

/** In the words that routing matches requests against. */
export function capabilitiesOf(id: string): string[] {
  if (kindOf(id) === 'embeddings') return [];
  const capabilities = ['streaming', 'json'];
  if (!CALLS_NO_TOOLS.test(id)) capabilities.push('tools');
  if (SEES.test(id)) capabilities.push('vision', 'files');
  if (THINKS.test(id)) capabilities.push('reasoning');
  return capabilities;
}

/** The most output tokens; null = unknown. */
export function outputCapOf(id: string): number | null {
  if (kindOf(id) === 'embeddings') return null;
  return OUTPUT_CAPS.find(([family]) => family.test(id))?.[1] ?? null;
}
