export * from './factor.js';
export * from './money.js';
export * from './quantities.js';
export * from './rounding.js';
