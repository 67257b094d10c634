import { MarkedPrefixes } from '../simulation/prompt-cache.js';
import type { CachedPrompt, CacheTtl, PromptBlock } from '../simulation/prompt-cache.js';
import { countTokens } from '../simulation/token-counter.js';
import type { PromptRequest } from './messages-request.js';

/** Tokens around each block: roles, tags. */
const BLOCK_TOKENS = 3;
/** Tokens that open the answer. */
const OPENING_TOKENS = 3;
const PREFIXES = new MarkedPrefixes();

/** A prompt's tokens by what the cache of the credential's owner did with them. */
export async function cachePrompt(
  request: PromptRequest,
  credential: string,
): Promise<CachedPrompt> {
  const blocks = await promptBlocks(request);
  const cached = PREFIXES.use(`${credential}|${request.model.id}`, blocks, Date.now());
  return { ...cached, uncached: cached.uncached + OPENING_TOKENS };
}

/** All tokens of a prompt. */
export async function countPrompt(request: PromptRequest): Promise<number> {
  const blocks = await promptBlocks(request);
  return blocks.reduce((sum, { tokens }) => sum + tokens, OPENING_TOKENS);
}

/** The prompt in the order the provider reads it: tools, system, messages. */
async function promptBlocks(request: PromptRequest): Promise<readonly PromptBlock[]> {
  const blocks: PromptBlock[] = [];
  const add = async (
    kind: string,
    block: { text: string; mark: CacheTtl | null; mediaTokens?: number },
  ): Promise<void> => {
    blocks.push({
      text: `${kind}|${block.text}`,
      tokens: BLOCK_TOKENS + (block.mediaTokens ?? 0) + (await countTokens(block.text)),
      mark: block.mark,
    });
  };
  for (const tool of request.tools) await add('tool', tool);
  for (const block of request.system) await add('system', block);
  for (const { role, blocks: said } of request.turns) {
    for (const block of said) await add(`${role}.${block.type}`, block);
  }
  const last = blocks.at(-1);
  if (request.mark !== null && last !== undefined) {
    blocks[blocks.length - 1] = { ...last, mark: last.mark ?? request.mark };
  }
  return blocks;
}
