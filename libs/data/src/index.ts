export * from './run-migrations.js';
export * from './config/load-catalog.js';
export * from './config/load-key.js';
export * from './entities/data-source.js';
export * from './entities/index.js';
export * from './money/database-call.js';
export * from './money/money-functions.js';
export * from './money/money-types.js';
