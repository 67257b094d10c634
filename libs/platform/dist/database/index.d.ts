export * from './pg-pool.js';
