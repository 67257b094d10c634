export * from './csv.js';
export * from './file-name.js';
export * from './focus.js';
export * from './usage-file.js';
export * from './usage-record.js';
