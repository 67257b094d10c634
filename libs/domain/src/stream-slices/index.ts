export * from './stream-slices.js';
