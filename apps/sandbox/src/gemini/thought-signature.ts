/** Values Google documents for calls that no model of theirs made. */
const DUMMIES: ReadonlySet<string> = new Set([
  'skip_thought_signature_validator',
  'context_engineering_is_the_way_to_go',
]);
const MARK = 'sandbox-thought|';

/** The opaque text that must come back with a call. */
export function thoughtSignature(ownId: string, index: number): string {
  return Buffer.from(`${MARK}${ownId}|${String(index)}`).toString('base64');
}

/** Whether a signature is ours, or one of the documented stand-ins (as text or encoded). */
export function isOwnThoughtSignature(signature: string): boolean {
  const decoded = Buffer.from(signature, 'base64').toString('utf8');
  return DUMMIES.has(signature) || DUMMIES.has(decoded) || decoded.startsWith(MARK);
}
