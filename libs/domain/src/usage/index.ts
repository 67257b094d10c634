export * from './plausibility.js';
export * from './usage.js';
