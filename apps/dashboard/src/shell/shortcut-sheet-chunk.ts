import type { ShortcutSheet } from './shortcut-sheet';

/** The list of keys, fetched when somebody asks for it. */
export const shortcutSheet = (): Promise<typeof ShortcutSheet> =>
  import('./shortcut-sheet').then((file) => file.ShortcutSheet);
