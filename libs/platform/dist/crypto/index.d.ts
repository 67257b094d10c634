export * from './api-key.js';
export * from './credential-box.js';
export * from './password.js';
