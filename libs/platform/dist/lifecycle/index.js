export * from './run-until-stopped.js';
//# sourceMappingURL=index.js.map