export { ConfigError, EXIT_CONFIG } from './config-error.js';
export { makeFolder } from './make-folder.js';
export { loadConfig, loadConfigOrExit } from './load-config.js';
export { repositoryRoot } from './repository-root.js';
export { renderSettingsTable } from './settings-table.js';
//# sourceMappingURL=index.js.map