export * from './embedded-postgres.js';
export { isAlive } from './postmaster.js';
//# sourceMappingURL=index.js.map