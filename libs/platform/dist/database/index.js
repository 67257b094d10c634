export * from './pg-pool.js';
//# sourceMappingURL=index.js.map