import { valueFor } from './schema-value.js';
import { countTokens, tokenPieces } from './token-counter.js';

/** A function a request offers. */
export interface OfferedTool {
  readonly name: string;
  /** JSON Schema of its arguments. */
  readonly schema: unknown;
}

/** What decides whether tools are called. */
export interface ToolSituation {
  readonly tools: readonly OfferedTool[];
  readonly choice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly isParallel: boolean;
  /** What the user said since the last tool result. */
  readonly lastUserText: string;
}

/** A call the simulated model makes. */
export interface PlannedCall {
  readonly name: string;
  readonly nameTokens: number;
  /** The JSON text of the arguments, a token each. */
  readonly pieces: readonly string[];
}

/** Calls in one answer. */
const CALLS_MAX = 16;
const WORDS = ['river', 'weir', 'gate', 'spring', 'stone', 'bridge', 'village', 'water'] as const;

/**
 * The calls a simulated model makes: one for each time the user's text names a tool; else, where the request demands
 * one, a single call. Quoted words of the text become the first text argument of each call in turn.
 */
export async function planCalls(situation: ToolSituation): Promise<readonly PlannedCall[]> {
  const chosen = chooseTools(situation);
  const quoted = [...situation.lastUserText.matchAll(/"([^"]{1,80})"/g)].map((match) => match[1]);
  const calls: PlannedCall[] = [];
  for (const [i, tool] of chosen.entries()) {
    let word = i;
    let first = quoted[i];
    const text = (): string => {
      const given = first ?? WORDS[word++ % WORDS.length] ?? '';
      first = undefined;
      return given;
    };
    const value = valueFor(tool.schema, text) ?? {};
    calls.push({
      name: tool.name,
      nameTokens: await countTokens(tool.name),
      pieces: await tokenPieces(JSON.stringify(value)),
    });
  }
  return calls;
}

function chooseTools(situation: ToolSituation): readonly OfferedTool[] {
  const { tools, choice, isParallel, lastUserText } = situation;
  if (choice === 'none' || tools.length === 0) return [];
  const allowed =
    typeof choice === 'object' ? tools.filter(({ name }) => name === choice.name) : tools;
  const named = mentioned(allowed, lastUserText);
  const chosen = named.length === 0 && choice !== 'auto' ? allowed.slice(0, 1) : named;
  return isParallel ? chosen : chosen.slice(0, 1);
}

/** A tool for each time its name stands in the text, in the text's order. */
function mentioned(tools: readonly OfferedTool[], text: string): readonly OfferedTool[] {
  const found: { readonly at: number; readonly tool: OfferedTool }[] = [];
  for (const tool of tools) {
    const name = tool.name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    for (const match of text.matchAll(new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'gi'))) {
      found.push({ at: match.index, tool });
    }
  }
  return found
    .toSorted((a, b) => a.at - b.at)
    .slice(0, CALLS_MAX)
    .map(({ tool }) => tool);
}
