import { hash32 } from '../simulation/random.js';

/** The signature a simulated model gives its thinking: it tells a text that was changed or never thought. */
export function signatureOf(thinking: string): string {
  const parts = ['a', 'b', 'c', 'd'].map((salt) => hash32(`${salt}|${thinking}`).toString(16));
  return Buffer.from(`sandbox-thinking|${parts.join('|')}`).toString('base64');
}

/** Whether a signature is ours and fits the text it came with. */
export function isOwnSignature(thinking: string, signature: string): boolean {
  return signature === signatureOf(thinking);
}
