export * from './app-process.js';
export * from './books.js';
export * from './database.js';
export * from './eventually.js';
export * from './redis.js';
export * from './server.js';
export * from './stack.js';
//# sourceMappingURL=index.js.map