export * from './budget-level.js';
export * from './crossed-thresholds.js';
