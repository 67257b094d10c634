export * from './usage.js';
export * from './sse/sse-relay.js';
export * from './openai/chat-stream-observer.js';
export * from './openai/chat-response.js';
export * from './openai/provider-error.js';
export * from './openai/usage.js';
