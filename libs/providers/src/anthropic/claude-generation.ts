/** claude-<family>-<major>[-<minor>], claude-<major>[.<minor>]-<family>, under any prefix; dates are no minors. */
const VERSION = /claude(?:-[a-z]+)?-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/;
const MAJOR = 4;
const MINOR = 7;

/**
 * Whether a model is a Claude of version 4.7 or later. Those think adaptively, with a word of effort in place of a
 * budget of tokens, and refuse `temperature`, `top_p` and `top_k`; what came before, and other vendors' models behind
 * this dialect, take budgets and sampling.
 */
export function thinksAdaptively(upstreamModel: string): boolean {
  if (!upstreamModel.includes('claude')) return false;
  const version = VERSION.exec(upstreamModel);
  // A Claude without a number is a preview of something new.
  if (version === null) return true;
  const major = Number(version[1]);
  return major > MAJOR || (major === MAJOR && Number(version[2] ?? 0) >= MINOR);
}
