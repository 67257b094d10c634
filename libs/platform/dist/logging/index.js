export { createLogger, loggingModule } from './logger.js';
export { createScrubber } from './scrub.js';
//# sourceMappingURL=index.js.map