export { ConfigError, EXIT_CONFIG } from './config-error.js';
export { makeFolder } from './make-folder.js';
export { loadConfig, loadConfigOrExit } from './load-config.js';
export { repositoryRoot } from './repository-root.js';
export { renderSettingsTable } from './settings-table.js';
export type { Secrets } from './secrets-file.js';
export type { Environment } from './read-environment.js';
export type { Profile, ToolsConfig, WeirConfig, WeirProcess } from './weir-config.js';
