export * from './migrate-queues.js';
export * from './queues.js';
export { assertRedisKeepsJobs, redisProblems } from './redis-safety.js';
export { QUEUE_SCHEMA } from './connection.js';
//# sourceMappingURL=index.js.map