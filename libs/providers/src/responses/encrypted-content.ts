/**
 * `encrypted_content` of a reasoning item: the one thing clients bring back unread. In answers that were translated it
 * carries the signature of the thought above it, or a thought that its provider hid.
 */
export interface EncryptedContent {
  readonly kind: 'signature' | 'redacted';
  readonly value: string;
}

const PREFIXES = { signature: 'weir-signature:', redacted: 'weir-redacted:' } as const;

/** The member's text. */
export function encryptedContent({ kind, value }: EncryptedContent): string {
  return PREFIXES[kind] + value;
}

/** What the member carries; null where it is not ours. */
export function openEncrypted(text: unknown): EncryptedContent | null {
  if (typeof text !== 'string') return null;
  for (const kind of ['signature', 'redacted'] as const) {
    const prefix = PREFIXES[kind];
    if (text.startsWith(prefix)) return { kind, value: text.slice(prefix.length) };
  }
  return null;
}
