export * from './candidate.js';
export * from './circuit-breaker.js';
export * from './failover.js';
export * from './order-candidates.js';
export * from './routing-trace.js';
