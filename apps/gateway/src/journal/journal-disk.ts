import { close, fdatasync, ftruncateSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';

/** The calls of a file system that a journal depends on; tests pass one that is full, slow or broken. */
export interface JournalDisk {
  /** Writes at a position, blocking. Answers the bytes written, which may be fewer. */
  writeNow(fd: number, bytes: Uint8Array, position: number): number;
  /** The same in the thread pool. */
  writeInPool(fd: number, bytes: Uint8Array, position: number): Promise<number>;
  /** fdatasync in the thread pool. */
  sync(fd: number): Promise<void>;
  /** Takes away what lies beyond a length. */
  cut(fd: number, length: number): void;
  /** Closes without waiting. */
  close(fd: number): void;
}

const writeAsync = promisify(write);
const fdatasyncAsync = promisify(fdatasync);

/** The real file system. */
export const JOURNAL_DISK: JournalDisk = {
  writeNow: (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position),
  writeInPool: async (fd, bytes, position) =>
    (await writeAsync(fd, bytes, 0, bytes.length, position)).bytesWritten,
  sync: (fd) => fdatasyncAsync(fd),
  cut: (fd, length) => {
    ftruncateSync(fd, length);
  },
  close: (fd) => {
    close(fd, () => undefined);
  },
};
