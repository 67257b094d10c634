export * from './allowances/index.js';
export * from './budgets/index.js';
export * from './invariant.js';
export * from './periods/index.js';
export * from './pricing/index.js';
export * from './routing/index.js';
export * from './stream-slices/index.js';
export * from './usage/index.js';
