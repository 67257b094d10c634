/** The text of `docs/reference/settings.md`. */
export declare function renderSettingsTable(): string;
