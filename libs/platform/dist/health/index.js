export * from './readiness.js';
//# sourceMappingURL=index.js.map