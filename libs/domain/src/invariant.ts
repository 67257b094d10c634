/** Thrown by `invariant`: a programmer's error, never an expected refusal; only the process's last filter catches it. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Throws unless the condition holds. The sentence states what must be true. */
export function invariant(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new InvariantError(sentence);
}
