/** Small choices of one browser. Storage may be switched off: then nothing is remembered. */
export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`weir.${name}`);
    else localStorage.setItem(`weir.${name}`, value);
  } catch {
    // Storage is switched off.
  }
}

/** What was remembered, or null. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`weir.${name}`);
  } catch {
    return null;
  }
}
