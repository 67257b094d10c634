// Writes docs/reference/settings.md from the table of settings. Run after changing one: npm run docs:settings
import { writeFileSync } from 'node:fs';
import { renderSettingsTable, repositoryRoot } from '../libs/platform/dist/config/index.js';

writeFileSync(`${repositoryRoot()}/docs/reference/settings.md`, renderSettingsTable());
