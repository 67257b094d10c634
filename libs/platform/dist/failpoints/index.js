export * from './failpoint.js';
//# sourceMappingURL=index.js.map