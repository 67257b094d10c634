/** Sound as the simulated models hear and make it: WAV, 8,000 samples a second, one byte each. */
const HEADER_BYTES = 44;
const SAMPLES_PER_SECOND = 8_000;
/** The middle of an unsigned byte: no sound. */
const SILENT_SAMPLE = 0x80;
/** Bytes a second of compressed speech where the format does not tell. */
const COMPRESSED_BYTES_PER_SECOND = 16_000;

/** So many seconds of silence. */
export function silence(seconds: number): Buffer {
  const samples = Math.max(1, Math.round(seconds * SAMPLES_PER_SECOND));
  const bytes = Buffer.alloc(HEADER_BYTES + samples, SILENT_SAMPLE);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(HEADER_BYTES - 8 + samples, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  bytes.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples, 40);
  return bytes;
}

/** How long a recording is: exact for WAV, from its size for others. */
export function secondsOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isWav = bytes.length >= HEADER_BYTES && view.getUint32(0) === 0x52494646;
  if (!isWav) return Math.ceil(bytes.length / COMPRESSED_BYTES_PER_SECOND);
  const bytesPerSecond = view.getUint32(28, true);
  return bytesPerSecond === 0 ? 0 : (bytes.length - HEADER_BYTES) / bytesPerSecond;
}
