import { textOf } from '../json/json-object.js';
import type { ContentBlock } from './content-blocks.js';
import { readContent } from './content-blocks.js';
import { InvalidRequest } from './errors.js';
import { objectAt } from './members.js';

/** What one message says. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly blocks: readonly ContentBlock[];
}

const MEMBERS: ReadonlySet<string> = new Set(['role', 'content']);

/** Reads messages and refuses those Anthropic refuses. Consecutive messages of one role are one turn. */
export function readTurns(messages: unknown): readonly Turn[] {
  if (messages === undefined) throw new InvalidRequest('messages', 'Field required');
  if (!Array.isArray(messages)) {
    throw new InvalidRequest('messages', 'Input should be a valid list');
  }
  if (messages.length === 0) {
    throw new InvalidRequest('messages', 'at least one message is required');
  }
  const turns: { role: Turn['role']; blocks: ContentBlock[] }[] = [];
  for (const [i, value] of messages.entries()) {
    const turn = readMessage(value, i, i === messages.length - 1);
    const last = turns.at(-1);
    if (last?.role === turn.role) last.blocks.push(...turn.blocks);
    else turns.push({ role: turn.role, blocks: [...turn.blocks] });
  }
  if (turns[0]?.role !== 'user') {
    throw new InvalidRequest('messages', 'first message must use the "user" role');
  }
  checkCalls(turns);
  return turns;
}

function readMessage(value: unknown, i: number, isLast: boolean): Turn {
  const path = `messages.${String(i)}`;
  const message = objectAt(value, path, MEMBERS);
  const role = textOf(message, 'role');
  if (role === 'system') {
    throw new InvalidRequest(
      'messages',
      'Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.',
    );
  }
  if (role !== 'user' && role !== 'assistant') {
    throw new InvalidRequest(`${path}.role`, "Input should be 'user' or 'assistant'");
  }
  const blocks = readContent(message['content'], role, `${path}.content`);
  const isEmpty = blocks.every(({ type, text }) => type === 'text' && text === '');
  if (isEmpty && !(isLast && role === 'assistant')) {
    throw new InvalidRequest(
      path,
      'all messages must have non-empty content except for the optional final assistant message',
    );
  }
  if (isLast && role === 'assistant' && /\s$/.test(blocks.at(-1)?.text ?? '')) {
    throw new InvalidRequest(
      'messages',
      'final assistant content cannot end with trailing whitespace',
    );
  }
  return { role, blocks };
}

/** Every `tool_use` is answered in the next message, and nothing else is. */
function checkCalls(turns: readonly Turn[]): void {
  let open: readonly string[] = [];
  for (const [i, { role, blocks }] of turns.entries()) {
    if (role === 'user') {
      checkResults(open, blocks, i);
      open = [];
      continue;
    }
    open = blocks.filter(({ type }) => type === 'tool_use').map(({ callId }) => callId);
    if (new Set(open).size !== open.length) {
      throw new InvalidRequest('messages', '`tool_use` ids must be unique');
    }
    if (open.length > 0 && i === turns.length - 1) throw unanswered(i, open);
  }
}

function checkResults(open: readonly string[], blocks: readonly ContentBlock[], i: number): void {
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const answered = new Set(results.map(({ callId }) => callId));
  const missing = open.filter((id) => !answered.has(id));
  if (missing.length > 0) throw unanswered(i - 1, missing);
  const odd = results.find(({ callId }) => !open.includes(callId));
  if (odd !== undefined) {
    throw new InvalidRequest(
      `messages.${String(i)}.content`,
      `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${odd.callId}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    );
  }
  if (answered.size !== results.length) {
    throw new InvalidRequest(
      `messages.${String(i)}.content`,
      'each tool_use must have a single result. Found multiple `tool_result` blocks with the same id',
    );
  }
  const firstOther = blocks.findIndex(({ type }) => type !== 'tool_result');
  const lastResult = blocks.findLastIndex(({ type }) => type === 'tool_result');
  if (firstOther !== -1 && firstOther < lastResult) {
    throw new InvalidRequest(
      `messages.${String(i)}.content`,
      '`tool_result` blocks must come first in the content of the message after `tool_use` blocks',
    );
  }
}

function unanswered(i: number, ids: readonly string[]): InvalidRequest {
  return new InvalidRequest(
    `messages.${String(i)}`,
    `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

/** With thinking on, the answer that a tool result belongs to must begin with its thinking. */
export function checkThinkingTurns(turns: readonly Turn[]): void {
  const last = turns.findLastIndex(({ role }) => role === 'assistant');
  const after = turns[last + 1];
  const isToolLoop = after?.blocks.some(({ type }) => type === 'tool_result') ?? true;
  const first = turns[last]?.blocks[0];
  if (first === undefined || !isToolLoop || first.type.endsWith('thinking')) return;
  throw new InvalidRequest(
    `messages.${String(last)}.content.0.type`,
    `Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  );
}

/** What the user said since the last tool result. */
export function lastUserText(turns: readonly Turn[]): string {
  const last = turns.at(-1);
  if (last?.role !== 'user') return '';
  const from = last.blocks.findLastIndex(({ type }) => type === 'tool_result') + 1;
  return last.blocks
    .slice(from)
    .filter(({ type }) => type === 'text')
    .map(({ text }) => text)
    .join('\n');
}
