export * from './migrate-queues.js';
export * from './queues.js';
export { assertRedisKeepsJobs, redisProblems, refuseForgetfulRedis } from './redis-safety.js';
export { QUEUE_SCHEMA, type QueueConfig } from './connection.js';
