/** A decimal amount as a number, for drawing only (bar lengths, chart points): never shown, never summed. */
export function toPixels(decimal: string): number {
  return Number(decimal);
}
