export { createLogger, loggingModule, type AppLogger } from './logger.js';
export { createScrubber } from './scrub.js';
