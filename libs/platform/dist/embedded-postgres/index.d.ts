export * from './embedded-postgres.js';
export type { IsolationMode } from './isolation.js';
export { isAlive } from './postmaster.js';
