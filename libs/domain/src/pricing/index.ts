export * from './effective-tokens.js';
export * from './explained-cost.js';
export * from './hold-bound.js';
export * from './overage.js';
export * from './price.js';
export * from './price-tiers.js';
export * from './receipt.js';
