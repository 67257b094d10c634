import { settingNames } from './read-environment.js';
import { SETTINGS } from './settings.js';
/** The text of `docs/reference/settings.md`. */
export function renderSettingsTable() {
    const rows = settingNames()
        .map((name) => [name, SETTINGS[name]])
        .filter(([, setting]) => setting.internal !== true)
        .map(([name, setting]) => {
        const shown = setting.defaultNote ?? (setting.fallback ? `\`${setting.fallback}\`` : 'none');
        const file = setting.secret ? ` Also \`${name}_FILE\`.` : '';
        return `| \`${name}\` | ${shown} | ${setting.meaning}${file} |`;
    });
    return [
        '# Settings',
        '',
        'Settings are environment variables. All of them are checked at start; every problem is printed at once, and the',
        'exit code is 78. A secret can also be read from a file whose path is in `NAME_FILE`. The secrets that an',
        'installation can make by itself are made once and kept in `secrets.json` of the data folder, mode 0600; with',
        'DATABASE_URL and REDIS_URL both set they must be given.',
        '',
        '| setting | default | meaning |',
        '|---|---|---|',
        ...rows,
        '',
    ].join('\n');
}
//# sourceMappingURL=settings-table.js.map