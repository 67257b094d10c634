/**
 * Anthropic's own tools are known by a dated `type`. Some the client runs (a shell, an editor, a browser), the others
 * Anthropic runs itself while it answers; only the provider that has them can serve those.
 */
const CLIENT_TOOL_TYPES = /^(?:bash|text_editor|memory|computer|browser)_/;

/** What a tool of a request is. */
export type ToolKind = 'custom' | 'client' | 'server';

/** The kind of tool a `type` names; absent and null mean a tool of the client's own making. */
export function toolKindOf(type: unknown): ToolKind {
  if (type === undefined || type === null || type === 'custom') return 'custom';
  return typeof type === 'string' && CLIENT_TOOL_TYPES.test(type) ? 'client' : 'server';
}
