export * from './bus/index.js';
export * from './config/index.js';
export * from './crypto/index.js';
export * from './database/index.js';
export * from './embedded-postgres/index.js';
export * from './failpoints/index.js';
export * from './health/index.js';
export * from './lifecycle/index.js';
export * from './logging/index.js';
export * from './metrics/index.js';
export * from './queues/index.js';
//# sourceMappingURL=index.js.map