export * from './allowances/index.js';
export * from './budgets/index.js';
export * from './invariant.js';
export * from './periods/index.js';
export * from './pricing/index.js';
export * from './usage/index.js';
