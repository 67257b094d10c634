export * from './metrics.js';
//# sourceMappingURL=index.js.map