export * from './run-migrations.js';
export * from './money/database-call.js';
export * from './money/money-functions.js';
export * from './money/money-types.js';
