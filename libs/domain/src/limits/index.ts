export * from './rolling-window.js';
