export * from './countdown.js';
export * from './current-periods.js';
export * from './period.js';
