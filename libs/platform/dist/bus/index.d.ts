export * from './pg-bus.js';
export { PAYLOAD_BYTES_MAX, type BusPayload } from './notify-batch.js';
