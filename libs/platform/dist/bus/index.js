export * from './pg-bus.js';
export { PAYLOAD_BYTES_MAX } from './notify-batch.js';
//# sourceMappingURL=index.js.map